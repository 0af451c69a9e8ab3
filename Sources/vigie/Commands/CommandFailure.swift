import ArgumentParser

/// Ends a command with exit status 1 and one line that says what, where, and what to do.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ sentence: String) { description = sentence }
}
