package import Support

/// How the runs of a pipeline have ended of late. Runs that other runs started do not count.
package struct PipelineHealth: Sendable {
    package let pipeline: String
    /// The newest run that has ended; nil where none has.
    package let last: RunRecord?
    /// The newest run, if it goes on.
    package let running: RunRecord?
    /// Runs since the last one that succeeded, when that is not the newest, and when the first of them began.
    package let failures: (count: Int, since: Instant)?
}

extension Journal {
    /// In the order of the names; those that were never run are left out.
    package func health(of pipelines: [String]) throws(StateError) -> [PipelineHealth] {
        try database.read { (connection) throws(StateError) in
            var result: [PipelineHealth] = []
            for name in pipelines {
                let own = "pipeline = ? AND parent IS NULL"
                let running = try Self.find("\(own) AND status = 'running' ORDER BY sequence DESC LIMIT 1", [.name(name)], &connection)
                let last = try Self.find("\(own) AND status <> 'running' ORDER BY sequence DESC LIMIT 1", [.name(name)], &connection)
                guard running != nil || last != nil else { continue }
                var failures: (count: Int, since: Instant)?
                if let last, last.status != .succeeded {
                    failures = try connection.rows(
                        """
                        SELECT count(*), min(started) FROM runs WHERE \(own) AND status <> 'running' AND sequence > \
                        coalesce((SELECT max(sequence) FROM runs WHERE \(own) AND status = 'succeeded'), -1)
                        """, [.name(name), .name(name)]
                    ) { (row) throws(StateError) in (Int(try row.integer()), try row.instant()) }.first
                }
                result.append(PipelineHealth(pipeline: name, last: last, running: running, failures: failures))
            }
            return result
        }
    }
}
