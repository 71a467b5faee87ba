internal import Assets
internal import Engine
internal import Expressions
internal import Lake
internal import State
internal import Support
internal import Synchronization

/// One run of one pipeline, while it happens.
final class RunSession: Sendable {
    let plan: RunPlan
    let pipeline: Pipeline
    let record: RunRecord
    let parameters: JSONObject
    /// Names, in lower case, of those that were made from secrets. The journal has `***` for these.
    let sensitiveParameters: Set<String>
    let engine: any Engine
    let tables: LakeCatalog
    let databases: DatabaseCatalog
    let journal: Journal
    let events: RunEvents
    /// Activities that do work, at a time.
    let slots: AsyncSemaphore
    /// Output by path of what an earlier attempt at this run has done already.
    let done: [String: JSONValue]
    private let variables: Mutex<[String: JSONValue]>

    init(
        plan: RunPlan, pipeline: Pipeline, record: RunRecord, parameters: JSONObject, sensitiveParameters: Set<String> = [], engine: any Engine,
        tables: LakeCatalog, databases: DatabaseCatalog, journal: Journal, events: RunEvents, slots: AsyncSemaphore,
        done: [String: JSONValue], variables: [String: JSONValue]
    ) {
        self.plan = plan
        self.pipeline = pipeline
        self.record = record
        self.parameters = parameters
        self.sensitiveParameters = sensitiveParameters
        self.engine = engine
        self.tables = tables
        self.databases = databases
        self.journal = journal
        self.events = events
        self.slots = slots
        self.done = done
        self.variables = Mutex(variables)
    }

    var now: Instant { plan.clock.now() }

    // MARK: Variables

    /// What the variable holds: its initial value until something sets it.
    func variable(_ name: String) -> JSONValue? {
        variables.withLock { $0[name.lowercased()] }
            ?? pipeline.variables.first { $0.name.lowercased() == name.lowercased() }?.value.initialValue
    }

    func setVariable(_ name: String, _ value: JSONValue) throws {
        try changeVariable(name) { _ in value }
    }

    /// Changes a variable, in the journal too.
    func changeVariable(_ name: String, _ change: (JSONValue) -> JSONValue) throws {
        guard let declared = pipeline.variables.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw ActivityFailure("there is no variable \"\(name)\"")
        }
        let value = try variables.withLock { variables in
            let value = change(variables[name.lowercased()] ?? declared.value.initialValue)
            // In the journal it would be `***`, and that is what a resumed run would go on with.
            guard SecretScrubber.shared.scrub(value) == value else { throw ActivityFailure.secretMisplaced(at: nil) }
            guard declared.value.accepts(value) else {
                throw ActivityFailure(
                    "variable \"\(declared.name)\" is of type \(declared.value.type.rawValue) and cannot hold \(value.text())")
            }
            variables[name.lowercased()] = value
            return value
        }
        try journal.setVariable(run: record.id, name: name.lowercased(), value: value)
    }

    // MARK: Log

    /// A line for the log and for whoever watches. A log that cannot be written fails what it was about.
    func log(_ level: LogLevel, _ text: String, path: String? = nil) throws(StateError) {
        try journal.log(run: record.id, level, text, path: path, at: now)
        events.send(.message(path: path, level: level, text: text))
    }
}

/// Hands events to the observer, one at a time.
package final class RunEvents: Sendable {
    private let observer: any RunObserver
    private let lock = Mutex(())

    package init(_ observer: any RunObserver) { self.observer = observer }

    func send(_ event: RunEvent) { lock.withLock { _ in observer.receive(event) } }
}
