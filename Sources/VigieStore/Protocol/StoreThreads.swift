import Dispatch
import Foundation
import Synchronization

/// What days of stored calls are read for; one purpose never waits for another.
public enum DaysPurpose: Sendable {
    /// A filter is tried before it may stop calls.
    case trial
    /// A table somebody asked for.
    case report
}

/// Threads that may wait for the disk, made when the first work comes: four for what is soon done, and one for each purpose that reads
/// days of calls, so that an order never waits behind the trials of filters, nor a trial behind a month's table.
///
/// Not a dispatch queue: those share their few threads (as many as there are cores) with every task of the program, and a disk that
/// takes nobody for a while would stop them all.
final class StoreThreads: Sendable {
    // A reader each of a page, the API, a report and the writer; more would only queue at the disk.
    static let soon = StoreThreads("vigie-store", width: 4)
    // Of each purpose one after the other: it holds some MiB, and keeps a core busy.
    private static let trials = StoreThreads("vigie-trials", width: 1)
    private static let reports = StoreThreads("vigie-reports", width: 1)

    static func days(for purpose: DaysPurpose) -> StoreThreads {
        switch purpose {
        case .trial: trials
        case .report: reports
        }
    }

    private let waiting = Mutex<[@Sendable () -> Void]>([])  // held to append and to take the first
    private let bell = DispatchSemaphore(value: 0)  // as many as wait

    private init(_ name: String, width: Int) {
        for number in 1...width {
            let thread = Thread { [self] in
                while true {
                    bell.wait()
                    waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }?()
                }
            }
            thread.name = "\(name)-\(number)"
            thread.stackSize = 2 << 20
            thread.start()
        }
    }

    /// Runs `body` there, after what was asked for before, and returns what it returned.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let outcome: Swift.Result<Result, StoreError> = await withCheckedContinuation { continuation in
            waiting.withLock {
                $0.append {
                    do throws(StoreError) {
                        continuation.resume(returning: .success(try body()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
            bell.signal()
        }
        return try outcome.get()
    }
}
