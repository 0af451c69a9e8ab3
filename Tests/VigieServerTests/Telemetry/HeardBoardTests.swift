import Testing
import VigieWire

@testable import VigieServer

/// When peers and feeds were last heard.
@Suite struct HeardBoardTests {
    @Test func `who brings something is heard, who stops becomes quiet, who never did stays never`() {
        let board = HeardBoard()
        let second: Int64 = 1_000_000_000
        func look(_ count: Double, at time: Int64) {
            board.note("peer sbc", count, at: Timestamp(seconds: time), monotonic: time * second)
            board.note("peer mute", 0, at: Timestamp(seconds: time), monotonic: time * second)
        }
        look(0, at: 10)
        let peer = PeerView(name: "sbc", state: "never")
        #expect(peer.dated(board, monotonic: 10 * second).lastSeen == nil)
        look(3, at: 11)
        look(3, at: 12)
        let heard = peer.dated(board, monotonic: 12 * second)
        #expect(heard.state == "asking" && heard.lastSeen == Timestamp(seconds: 11))
        look(3, at: 80)
        let quiet = peer.dated(board, monotonic: 80 * second)
        #expect(quiet.state == "quiet" && quiet.lastSeen == Timestamp(seconds: 11))
        look(4, at: 81)
        #expect(peer.dated(board, monotonic: 82 * second).lastSeen == Timestamp(seconds: 81))
        #expect(PeerView(name: "mute", state: "never").dated(board, monotonic: 81 * second).state == "never")
    }

    @Test func `a stopped feed stays stopped`() {
        let board = HeardBoard()
        board.note("hep hep udp", 5, at: Timestamp(seconds: 1), monotonic: 1)
        #expect(
            FeedView(name: "hep udp", kind: "hep", state: "stopped").dated(board, monotonic: 2).state
                == "stopped")
        #expect(
            FeedView(name: "hep udp", kind: "hep", state: "quiet").dated(board, monotonic: 2).state
                == "receiving")
    }
}
