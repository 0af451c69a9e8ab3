import VigieCalls

extension EmergencyFailure {
    /// Whether so many more call than usual that chance among all cells and minutes does not explain it. Where the nation, the service or the
    /// department is rushed, or several departments together, less tells that a place takes part.
    ///
    /// - Parameter together: the services that are rushed in several departments at once.
    func isRushed(_ stream: EmergencyStream, together: Set<EmergencyService>) -> Bool {
        let evidence = stream.rush.evidence
        guard stream.load > RushTest.least, evidence > RushTest.within else { return false }
        if evidence > RushTest.certain { return true }
        guard stream.key.level == .cell else { return false }
        let service = stream.key.service
        if evidence > RushTest.together, together.contains(service) { return true }
        return isWideRush(.nation) || isWideRush(StreamKey(.department, stream.key.second))
            || evidence > RushTest.withinService && isWideRush(.service(service))
    }

    /// Services of which several cells show more callers than chance brings to one of them.
    var rushedTogether: Set<EmergencyService> {
        var cells: [EmergencyService: Int] = [:]
        for stream in streams
        where stream.key.level == .cell && stream.rush.evidence > RushTest.together
            && stream.load > RushTest.least
        {
            cells[stream.key.service, default: 0] += 1
        }
        return Set(cells.filter { $0.value >= RushTest.company }.keys)
    }

    private func isWideRush(_ key: StreamKey) -> Bool {
        guard let place = places[key.rawValue] else { return false }
        let wide = streams[Int(place)]
        return wide.load > RushTest.least && wide.rush.evidence > RushTest.certain
    }
}
