import Foundation

/// A bar on standard error, when that is a terminal; nothing otherwise.
final class ProgressBar {
    private let label: String
    private let isShown = isatty(STDERR_FILENO) == 1
    private var drawn = ContinuousClock.now - .seconds(1)

    init(label: String) { self.label = label }

    /// Draws the bar, ten times a second at most; `nil`: the end is not known.
    func show(_ share: Double?) {
        guard isShown, ContinuousClock.now - drawn > .milliseconds(100) else { return }
        drawn = .now
        let width = 30
        let filled = share.map { Int($0 * Double(width)) } ?? 0
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let percent = share.map { " \(Int($0 * 100)) %" } ?? " …"
        FileHandle.standardError.write(Data("\r\(label) \(bar)\(percent) ".utf8))
    }

    /// Takes the bar away.
    func clear() {
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
