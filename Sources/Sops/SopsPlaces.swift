internal import Diagnostics

/// Lines and columns of bytes, looked for when something is reported.
struct SopsPlaces {
    let path: String
    let bytes: [UInt8]

    func range(_ place: Range<Int>) -> SourceRange {
        let lines = LineTable(bytes)
        return SourceRange(
            path: path, start: lines.position(ofOffset: place.lowerBound, in: bytes),
            end: lines.position(ofOffset: place.upperBound, in: bytes))
    }
}

/// Why a file is refused; becomes a diagnostic.
struct SopsRefusal: Error {
    var diagnostic: Diagnostic

    init(_ code: DiagnosticCode, _ message: String, _ range: SourceRange, help: String? = nil, hidesText: Bool = false) {
        diagnostic = Diagnostic(code, message, at: range, help: help)
        if hidesText { diagnostic.secrets = [range] }
    }
}
