extension HEPFeed {
    /// The feed as the API and the first page show it, one line a transport.
    var views: [FeedView] {
        let ports = openPorts
        var views: [FeedView] = []
        func add(_ transport: String, _ addresses: [ListenAddress], _ open: [Int], _ packets: UInt64) {
            guard !addresses.isEmpty else { return }
            let names = zip(addresses, open).map { ListenAddress($0.host, $1).description }
            views.append(
                FeedView(
                    name: "hep \(transport) " + names.joined(separator: " "), kind: "hep",
                    state: open.isEmpty ? "stopped" : packets == 0 ? "quiet" : "receiving",
                    counters: [("packets", Double(packets))]))
        }
        add("udp", addresses.udp, ports.udp, counts.udp.total)
        add("tcp", addresses.tcp, ports.tcp, counts.tcp.total)
        add("tls", addresses.tls, ports.tls, counts.tls.total)
        guard !views.isEmpty else { return [] }
        views[0].counters += [
            ("messages", Double(counts.messages.total)), ("dropped", Double(counts.dropped.total)),
            ("refused", Double(counts.refused.totals.reduce(0) { $0 + $1.count })),
            ("set aside", Double(counts.aside.totals.reduce(0) { $0 + $1.count })),
        ]
        return views
    }
}

extension BatchFeed {
    /// The feed as the API and the first page show it.
    var view: FeedView {
        FeedView(
            name: "batches over HTTP", kind: "batch", state: batches.total == 0 ? "quiet" : "receiving",
            counters: [
                ("batches", Double(batches.total)), ("repeated", Double(repeated.total)),
                ("calls", Double(rows.total)),
                ("refused", Double(refused.totals.reduce(0) { $0 + $1.count })),
            ])
    }
}

extension LiveLine {
    /// The calls of SIP servers as a feed.
    var screeningView: FeedView {
        let way = status.ways.first { $0.origin == .screening }
        let taken = way?.taken ?? 0
        return FeedView(
            name: "sip servers", kind: "sip", state: taken == 0 ? "quiet" : "receiving",
            counters: [("calls", Double(taken)), ("dropped", Double(way?.dropped ?? 0))])
    }
}
