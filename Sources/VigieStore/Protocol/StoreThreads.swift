import Dispatch

/// Threads that may wait for the disk: a concurrent queue, four pieces of work at a time.
enum StoreThreads {
    // A reader each of a page, the API, a report and the writer; more would only queue at the disk.
    private static let width = DispatchSemaphore(value: 4)
    private static let queue = DispatchQueue(label: "vigie.store", attributes: .concurrent)

    /// Runs `body` there and returns what it returned.
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let outcome: Swift.Result<Result, StoreError> = await withCheckedContinuation { continuation in
            queue.async {
                width.wait()
                defer { width.signal() }
                do throws(StoreError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try outcome.get()
    }
}
