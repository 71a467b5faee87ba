/// The files that findings point into, each read once.
struct SourceFiles {
    typealias File = (bytes: [UInt8], lines: LineTable)

    private let read: (String) -> [UInt8]?
    private var known: [String: File?] = [:]

    init(_ read: @escaping (String) -> [UInt8]?) { self.read = read }

    subscript(path: String) -> File? {
        mutating get {
            if let file = known[path] { return file }
            let file = read(path).map { (bytes: $0, lines: LineTable($0)) }
            known[path] = .some(file)
            return file
        }
    }
}
