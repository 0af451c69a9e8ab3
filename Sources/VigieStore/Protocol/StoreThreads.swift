import Dispatch
import Foundation
import Synchronization

/// Threads that may wait for the disk: four of their own, made when the first work comes.
///
/// Not a dispatch queue: those share their few threads (as many as there are cores) with every task of the program, and a disk that
/// takes nobody for a while would stop them all.
final class StoreThreads: Sendable {
    // A reader each of a page, the API, a report and the writer; more would only queue at the disk.
    private static let width = 4
    private static let shared = StoreThreads()

    private let waiting = Mutex<[@Sendable () -> Void]>([])  // held to append and to take the first
    private let bell = DispatchSemaphore(value: 0)  // as many as wait

    private init() {
        for number in 1...Self.width {
            let thread = Thread { [self] in
                while true {
                    bell.wait()
                    waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }?()
                }
            }
            thread.name = "vigie-store-\(number)"
            thread.stackSize = 2 << 20
            thread.start()
        }
    }

    /// Runs `body` there, after what was asked for before, and returns what it returned.
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let outcome: Swift.Result<Result, StoreError> = await withCheckedContinuation { continuation in
            shared.waiting.withLock {
                $0.append {
                    do throws(StoreError) {
                        continuation.resume(returning: .success(try body()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
            shared.bell.signal()
        }
        return try outcome.get()
    }
}
