/// All functions, in the order of the documentation.
package enum FunctionTable {
    package static let all: [FunctionDefinition] =
        TextFunctions.table + CollectionFunctions.table + LogicFunctions.table + ConversionFunctions.table
        + EncodingFunctions.table + MathFunctions.table + DateFunctions.table + ContextFunctions.table

    package static let names: [String] = all.map(\.name)

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name.lowercased(), $0) })

    /// Names are compared without case.
    package static func named(_ name: String) -> FunctionDefinition? { byName[name.lowercased()] }
}
