extension SQLType {
    /// Whether every value of this type is a value of the other, unchanged.
    package func fits(_ target: SQLType) -> Bool {
        if self == target || self == .null || target == .varchar { return true }
        switch (self, target) {
        case (.timestamp, .timestamp(.microseconds)), (.date, .timestamp), (.float, .double): return true
        case (.decimal(let precision, let scale), .decimal(let wider, let finer)):
            return finer >= scale && wider - finer >= precision - scale
        case (_, .decimal(let precision, let scale)):
            return digits.map { precision - scale >= $0 } ?? false
        case (_, .double): return (digits ?? .max) <= 10
        default:
            guard let own = bits, let other = target.bits else { return false }
            return target.isUnsigned ? isUnsigned && own <= other : own < other || (own == other && !isUnsigned)
        }
    }

    private var bits: Int? {
        switch self {
        case .tinyInt, .unsignedTinyInt: 8
        case .smallInt, .unsignedSmallInt: 16
        case .integer, .unsignedInteger: 32
        case .bigInt, .unsignedBigInt: 64
        case .hugeInt, .unsignedHugeInt: 128
        default: nil
        }
    }

    private var isUnsigned: Bool {
        switch self {
        case .unsignedTinyInt, .unsignedSmallInt, .unsignedInteger, .unsignedBigInt, .unsignedHugeInt: true
        default: false
        }
    }

    /// Decimal digits of the largest value of an integer type.
    private var digits: Int? {
        switch bits {
        case 8: 3
        case 16: 5
        case 32: 10
        case 64: 20
        case 128: 39
        default: nil
        }
    }
}
