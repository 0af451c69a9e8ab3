/// The rules about state blobs, the same for every store.
enum StateName {
    /// - Throws: `StoreError.invalid` or `tooLarge`.
    static func check(_ name: String, _ bytes: Int) throws(StoreError) {
        let isPlain = name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
        }
        guard isPlain, (1...64).contains(name.utf8.count) else { throw .invalid(what: "state name") }
        guard bytes <= StoreLimits.stateBytes else {
            throw .tooLarge(what: "state \(name)", bytes: bytes, limit: StoreLimits.stateBytes)
        }
    }
}
