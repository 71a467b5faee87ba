package import Support

extension Journal {
    /// Sets a variable of a run, or changes it.
    package func setVariable(run: String, name: String, value: JSONValue) throws(StateError) {
        try database.write { (connection) throws(StateError) in
            _ = try require(run, &connection)
            try connection.execute(
                "INSERT INTO variables VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                [.name(run), .name(name), .document(value)])
        }
    }

    /// Value by name.
    package func variables(run: String) throws(StateError) -> [String: JSONValue] {
        let found = try database.read { (connection) throws(StateError) in
            try connection.rows("SELECT name, value FROM variables WHERE run = ?", [.name(run)]) {
                (row) throws(StateError) in (try row.text(), try row.json())
            }
        }
        return Dictionary(uniqueKeysWithValues: found)
    }
}
