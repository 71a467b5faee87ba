internal import CSecret
internal import Crypto

/// A connection to the program that keeps secrets. Its calls block: they are made on a thread that may be left behind.
///
/// Nothing here asks the user: items that are locked stay so.
final class KeyringConnection {
    private let library: KeyringLibrary
    private let cancellable: KeyringCancellable
    private let service: OpaquePointer

    private var functions: secret_functions { library.functions }

    init(_ library: KeyringLibrary, _ cancellable: KeyringCancellable) throws(KeyringError) {
        self.library = library
        self.cancellable = cancellable
        var error: UnsafeMutablePointer<GError>?
        guard let bus = library.functions.g_bus_get_sync(Int32(G_BUS_TYPE_SESSION), cancellable.pointer, &error) else {
            let failure = library.error("cannot reach the session bus", error)
            throw failure.kind == .timedOut ? failure : .noSessionBus(failure.message)
        }
        // GLib would end the process when the bus goes.
        library.functions.g_dbus_connection_set_exit_on_close(bus, 0)
        library.functions.g_object_unref(UnsafeMutableRawPointer(bus))
        guard let service = library.functions.secret_service_get_sync(
            Int32(SECRET_SERVICE_OPEN_SESSION), cancellable.pointer, &error)
        else { throw library.error("cannot open the keyring", error) }
        self.service = service
    }

    deinit { functions.g_object_unref(UnsafeMutableRawPointer(service)) }

    /// The secrets of all items with these attributes that are not locked, and whether there are locked ones.
    func search(_ attributes: [String: String]) throws(KeyringError) -> (secrets: [SensitiveBytes], someAreLocked: Bool) {
        let table = hashTable(attributes)
        defer { functions.g_hash_table_unref(table) }
        let flags = Int32(SECRET_SEARCH_ALL | SECRET_SEARCH_LOAD_SECRETS)
        var error: UnsafeMutablePointer<GError>?
        let items = functions.secret_service_search_sync(service, nil, table, flags, cancellable.pointer, &error)
        // No items is NULL too.
        if error != nil { throw library.error("cannot search the keyring", error) }
        defer { functions.g_list_free(items) }
        var secrets: [SensitiveBytes] = []
        var someAreLocked = false
        var next = items
        while let item = next {
            next = item.pointee.next
            guard let object = item.pointee.data else { continue }
            defer { functions.g_object_unref(object) }
            if functions.secret_item_get_locked(object) != 0 {
                someAreLocked = true
            } else if let value = functions.secret_item_get_secret(object) {
                defer { functions.secret_value_unref(UnsafeMutableRawPointer(value)) }
                var count = 0
                let bytes = functions.secret_value_get(value, &count)
                secrets.append(SensitiveBytes(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)))
            } else {
                throw KeyringError(.other, "cannot search the keyring: it gave an item without its secret")
            }
        }
        return (secrets, someAreLocked)
    }

    /// Whether the keyring in which new items are put is locked; nil where there is none.
    func defaultIsLocked() throws(KeyringError) -> Bool? {
        var error: UnsafeMutablePointer<GError>?
        let collection = functions.secret_collection_for_alias_sync(
            service, "default", Int32(SECRET_COLLECTION_NONE), cancellable.pointer, &error)
        if error != nil { throw library.error("cannot find the default keyring", error) }
        guard let collection else { return nil }
        defer { functions.g_object_unref(UnsafeMutableRawPointer(collection)) }
        return functions.secret_collection_get_locked(collection) != 0
    }

    /// Replaces an item with the same attributes.
    func store(_ secret: SensitiveBytes, _ attributes: [String: String], label: String) throws(KeyringError) {
        let table = hashTable(attributes)
        defer { functions.g_hash_table_unref(table) }
        let value = secret.withBytes {
            functions.secret_value_new($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count, "text/plain")
        }
        guard let value else { throw KeyringError(.other, "cannot store in the keyring: libsecret took no secret") }
        defer { functions.secret_value_unref(UnsafeMutableRawPointer(value)) }
        var error: UnsafeMutablePointer<GError>?
        guard functions.secret_service_store_sync(service, nil, table, "default", label, value, cancellable.pointer, &error) != 0 else {
            throw library.error("cannot store in the keyring", error)
        }
    }

    /// Whether there was anything to remove.
    func clear(_ attributes: [String: String]) throws(KeyringError) -> Bool {
        let table = hashTable(attributes)
        defer { functions.g_hash_table_unref(table) }
        var error: UnsafeMutablePointer<GError>?
        let found = functions.secret_service_clear_sync(service, nil, table, cancellable.pointer, &error)
        if error != nil { throw library.error("cannot remove from the keyring", error) }
        return found != 0
    }

    private func hashTable(_ attributes: [String: String]) -> OpaquePointer {
        let functions = functions
        guard let table = functions.g_hash_table_new_full(
            functions.g_str_hash, functions.g_str_equal, functions.g_free, functions.g_free)
        else { fatalError("out of memory") }
        for (name, value) in attributes {
            _ = functions.g_hash_table_insert(table, functions.g_strdup(name), functions.g_strdup(value))
        }
        return table
    }
}

/// Ends calls that block, from any thread.
final class KeyringCancellable: @unchecked Sendable {
    let pointer: OpaquePointer
    private let library: KeyringLibrary

    init(_ library: KeyringLibrary) {
        guard let pointer = library.functions.g_cancellable_new() else { fatalError("out of memory") }
        self.library = library
        self.pointer = pointer
    }

    deinit { library.functions.g_object_unref(UnsafeMutableRawPointer(pointer)) }

    func cancel() { library.functions.g_cancellable_cancel(pointer) }
}
