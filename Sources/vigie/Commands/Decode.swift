import ArgumentParser
import VigieReports
import VigieServer
import VigieWire

/// `vigie decode`: every SIP message of the inputs, read and checked.
struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Shows every SIP message of raw message files, HEP packets and captures, and what is wrong with it.",
        discussion: """
            A raw file holds one message, or many framed by Content-Length. Inputs are told apart by their content and may be
            gzip-compressed; `-` is standard input.

            With --format json there is one object a line. `index` counts the messages of an input from 0; `error` holds the
            broken rule and its byte offset in the message; `cseq` is number and method ("68 REGISTER"); `from_user`, `to_user`
            and `ruri` are as written, escapes kept. A malformed message is an observation: it does not change the exit status.

            EXAMPLE
              vigie decode --format json invite.sip capture.pcap.gz
              {"file":"invite.sip","index":0,"ok":true,"error":null,"kind":"request","method":"INVITE","status":null,…}

            EXIT STATUS
              0 every input was read, 1 an input could not be read, 2 usage.
            """)

    /// How the messages are printed.
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(help: "How to print: text or json.")
    var format = Format.text

    @Argument(help: ArgumentHelp("Files to read; - is standard input.", valueName: "file"))
    var files: [String]

    func run() throws {
        var failed = false
        for file in files {
            do throws(InputError) {
                try decode(file)
            } catch {
                failed = true
                StandardError.print("vigie: cannot read \(file): \(sentence(error))")
            }
        }
        if failed { throw ExitCode(1) }
    }

    private func decode(_ file: String) throws(InputError) {
        let input = try InputOpener.open(file)
        let format = input.format
        switch format {
        case .empty: throw .broken(rule: "the input is empty", offset: 0)
        case .pcap, .pcapng, .hep: try decodeCapture(CaptureReader(input.takeStream(), format: format), file)
        // What is not recognised is taken for a raw message: a malformed one must be told, not passed over.
        case .sip, .callRecords, .unknown, .gzip: try decodeRaw(SIPStreamReader(input.takeStream()), file)
        }
    }

    private func decodeRaw(_ reader: consuming SIPStreamReader, _ file: String) throws(InputError) {
        var reader = reader
        var index = 0
        var skipped: UInt64 = 0
        while try reader.advance() {
            skipped += reader.skipped
            show(DecodedMessage(reader.bytes, file: file, index: index))
            index += 1
        }
        skipped += reader.skipped
        if skipped > 0 {
            StandardError.print("vigie: \(file): passed over \(skipped) bytes that belong to no message")
        }
        if index == 0 { throw .broken(rule: "there is no SIP message", offset: 0) }
    }

    private func decodeCapture(_ reader: CaptureReader, _ file: String) throws(InputError) {
        var index = 0
        defer { note(reader, file) }
        while try reader.next() {
            let packet = reader.packet
            show(reader.withMessage { DecodedMessage($0, file: file, index: index, packet: packet) })
            index += 1
        }
    }

    /// Says what in the capture was no message, or no good packet: nothing is lost in silence.
    private func note(_ reader: CaptureReader, _ file: String) {
        for (what, counts) in [("malformed", reader.malformed), ("left aside", reader.dropped)]
        where counts.total > 0 {
            let names = counts.entries.map { "\($0.count) \($0.name) (first at byte \($0.firstOffset))" }
            StandardError.print("vigie: \(file): \(what): \(names.joined(separator: ", "))")
        }
    }

    private func show(_ message: DecodedMessage) {
        print(format == .json ? message.json : message.text)
    }

    private func sentence(_ error: InputError) -> String {
        switch error {
        case .unreadable(let reason):
            reason.contains(";") ? reason : "\(reason); check the path and the rights"
        case .broken(let rule, let offset): "\(rule), at byte \(offset); check that it holds SIP"
        case .damagedCompression(let offset):
            "the compressed data is damaged at byte \(offset); copy the file again, or cut it with `head -c`"
        }
    }
}
