/// The state of a table as its actions are replayed ("Action Reconciliation").
struct LogReplay: Sendable {
    private(set) var tableProtocol: TableProtocol?
    private(set) var metadata: TableMetadata?
    private(set) var transactions: [String: ApplicationTransaction] = [:]
    private(set) var domains: [String: DomainMetadata] = [:]
    private(set) var tombstones: [String: RemovedFile] = [:]
    /// In the order they were added, with holes.
    private var slots: [DataFile?] = []
    private var slotOf: [String: Int] = [:]

    var files: [DataFile] { slots.compactMap(\.self) }

    /// Takes in the actions of one commit, or of a checkpoint. Removals come first whatever the order of the lines:
    /// a commit that removes and adds the same path means the file as added.
    mutating func apply(_ actions: [DeltaAction]) {
        for case .remove(let file) in actions {
            let key = FilePath.key(file.path)
            if let slot = slotOf.removeValue(forKey: key) { slots[slot] = nil }
            tombstones[key] = file
        }
        for action in actions {
            switch action {
            case .add(let file):
                let key = FilePath.key(file.path)
                tombstones[key] = nil
                if let slot = slotOf[key] {
                    slots[slot] = file
                } else {
                    slotOf[key] = slots.count
                    slots.append(file)
                }
            case .metadata(let metadata): self.metadata = metadata
            case .tableProtocol(let tableProtocol): self.tableProtocol = tableProtocol
            case .transaction(let transaction): transactions[transaction.appId] = transaction
            case .domainMetadata(let domain): domains[domain.domain] = domain.removed ? nil : domain
            case .remove, .commitInfo: continue
            }
        }
    }
}
