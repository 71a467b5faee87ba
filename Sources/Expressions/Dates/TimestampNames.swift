/// English names, as .NET's culture `en-US` has them: the one Data Factory formats in.
enum TimestampNames {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// Number of the name that is spelt so, in full or by its first three letters.
    static func index(of name: String, in names: [String]) -> Int? {
        let wanted = name.lowercased()
        return names.firstIndex { $0.lowercased() == wanted || wanted.utf8.count == 3 && $0.lowercased().hasPrefix(wanted) }
    }
}
