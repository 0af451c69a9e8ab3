import Testing
import VigieServer
import VigieWire

@Suite struct NetworkAddressesTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("::/0", "203.0.113.9", true), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("2001:db8::/65", "2001:db8::7fff:0:0:1", true),
        ("2001:db8::/65", "2001:db8::8000:0:0:1", false), ("::1", "::1", true),
        ("::ffff:192.0.2.0/120", "192.0.2.9", true),
    ])
    func `a network holds its addresses and no others`(network: String, address: String, holds: Bool) throws {
        let network = try #require(IPNetwork(network))
        #expect(network.contains(try #require(IPEndpoint(address: address))) == holds)
    }

    @Test(arguments: [
        "", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1/33", "192.0.2.1/24", "1:2:3", "::1::", ":::",
        "2001:db8::/129", "g::", "1:2:3:4:5:6:7:8:9", "12345::", "::1%eth0", "[::1]", "+1::", "1.2.3.4:5",
    ])
    func `what is no network is refused`(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test(arguments: ["::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "192.0.2.1", "fe80::1:0:0:1", "::"])
    func `an address reads back as it was written`(text: String) {
        #expect(IPEndpoint(address: text)?.address == text)
    }

    @Test(arguments: [
        ("127.0.0.1:5060", "127.0.0.1:5060"), ("[::1]:0", "[::1]:0"), ("*:80", "0.0.0.0:80"),
        ("localhost:1", "127.0.0.1:1"),
    ])
    func `an address to listen on has a port`(text: String, shown: String) {
        #expect(ListenAddress(text)?.description == shown)
    }

    @Test(arguments: [
        "", "5060", ":5060", "::1:5060", "[127.0.0.1]:1", "127.0.0.1:", "127.0.0.1:-1", "host:1", "[]:1",
    ])
    func `what is no address to listen on is refused`(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
