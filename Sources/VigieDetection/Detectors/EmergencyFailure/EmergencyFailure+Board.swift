import VigieCalls
import VigieWire

extension EmergencyFailure {
    /// How every cell, machine, operator and centre stands at the lookout's data time.
    ///
    /// - Complexity: linear in the streams; about a millisecond for a nation.
    public func board() -> EmergencyBoard {
        var board = EmergencyBoard(
            at: Timestamp(seconds: Int64(now)), falseAlarmsAYear: settings.falseAlarmsAYear)
        board.blindSince = blindSince.map { Timestamp(seconds: Int64($0)) }
        (board.gaps, board.gapCount) = (gaps, gapCount)
        let active = episodes.filter { now &- $0.lastAlarm <= 300 }
        board.failures = active.sorted { $0.strength > $1.strength }.map(\.scope)
        let together = rushedTogether
        for stream in streams {
            switch stream.key.level {
            case .nation: board.nation = cell(of: stream, active, together)
            case .cell: board.cells.append(cell(of: stream, active, together))
            case .node: board.elements.append(element(.node, stream, active))
            case .operator: board.elements.append(element(.operator, stream, active))
            case .ingress: board.elements.append(element(.ingress, stream, active))
            case .egress: board.elements.append(element(.egress, stream, active))
            case .centre: board.elements.append(element(.centre, stream, active))
            default: break
            }
        }
        addReceivers(&board, active)
        if blindSince != nil { (board.nation.state, board.nation.reason) = (.blind, "blind") }
        board.cells.sort { ($0.service, $0.department) < ($1.service, $1.department) }
        board.elements.sort {
            $0.kind != $1.kind
                ? $0.kind.rawValue < $1.kind.rawValue
                : ($0.name.rawValue, $0.number) < ($1.name.rawValue, $1.number)
        }
        return board
    }

    private func cell(
        of stream: EmergencyStream, _ active: [EmergencyEpisode], _ together: Set<EmergencyService>
    ) -> EmergencyBoard.Cell {
        let key = stream.key
        let isNation = key.level == .nation
        let department = isNation ? .none : DepartmentCode(rawValue: UInt16(truncatingIfNeeded: key.second))
        var cell = EmergencyBoard.Cell(
            service: isNation ? EmergencyService(rawValue: 0) : key.service, department: department,
            since: Timestamp(seconds: Int64(stream.firstSecond)))
        cell.measures = measures(of: stream)
        cell.usualFailureShare = stream.usualFailure
        cell.lastCall = Timestamp(seconds: Int64(stream.lastSecond))
        let rate = stream.ratePerMinute
        cell.callersPerMinute = rate > 0 ? rate : nil
        cell.delay30 = delay(0.30, stream, rate)
        cell.delay11 = delay(0.11, stream, rate)
        cell.declared = declared[key]
        let hit = active.first { episode in
            isNation
                || episode.scope.services.contains(key.service)
                    && (episode.scope.departments.isEmpty || episode.scope.departments.contains(department))
        }
        if blindSince != nil {
            (cell.state, cell.reason) = (.blind, "blind")
        } else if let hit {
            let share =
                isNation || cell.measures.callers == 0
                ? hit.scope.share : Double(cell.measures.failed) / Double(cell.measures.callers)
            cell.state =
                max(share, isNation ? 0 : hit.scope.nodes.isEmpty ? hit.scope.share : 0) >= 0.85
                ? .down : .partial
            cell.reason = hit.scope.sign
            cell.since = Timestamp(seconds: Int64(hit.onset))
        } else if stream.height >= 1 {
            (cell.state, cell.reason) = (.partial, "failures")
        } else if cell.measures.callers >= 3, isRushed(stream, together: together) {
            let answered = Double(cell.measures.answered) / Double(max(1, cell.measures.callers))
            let isDrowned = answered < 0.75 * (1 - stream.usualSilence)
            (cell.state, cell.reason) =
                isDrowned ? (.overloaded, "overload") : (.majorIncidentInProgress, "rush")
        } else if isSilent(stream) {
            (cell.state, cell.reason) = (.blind, "silence")
        } else if stream.failures.learned < 50 {
            (cell.state, cell.reason) = (.learning, "learning")
        } else {
            cell.state = .normal
        }
        return cell
    }

    /// Whether nobody calls where somebody would: then nothing is seen, and nothing can be called normal.
    ///
    /// Counts whose variance is d times their mean μ are 0 with e^(−μ·ln d/(d−1)); in the first two days an hour may bring a fifth of what the
    /// hours before it brought.
    private func isSilent(_ stream: EmergencyStream) -> Bool {
        guard now > stream.lastSecond, stream.ratePerMinute > 0 else { return false }
        let isYoung = now &- stream.firstSecond < 172_800
        let minutes = Double(now - stream.lastSecond) / 60
        let missing = stream.ratePerMinute * minutes * (isYoung ? 0.2 : 1)
        let spread = max(1.05, stream.dispersion)
        return missing * Logarithm.natural(spread) / (spread - 1) > Self.silence
    }

    /// Evidence for silence in nats: one look in ten million.
    private static let silence = 16.0

    /// Cells that only their centres count.
    private func addReceivers(_ board: inout EmergencyBoard, _ active: [EmergencyEpisode]) {
        let known = Set(board.cells.map { StreamKey.cell($0.service, $0.department) })
        for series in counted.series
        where series.key.level == .receiver && series.key.second != CountWatch.everywhere {
            let department = DepartmentCode(rawValue: UInt16(truncatingIfNeeded: series.key.second))
            let key = StreamKey.cell(series.key.service, department)
            let (delay30, delay11) = (series.delay(drop: 0.30), series.delay(drop: 0.11))
            let (unseen30, unseen11) = (series.unseen(drop: 0.30), series.unseen(drop: 0.11))
            if known.contains(key) {
                guard
                    let index = board.cells.firstIndex(where: {
                        $0.service == series.key.service && $0.department == department
                    })
                else { continue }
                board.cells[index].delay30.byReceiver = delay30.map { .seconds($0) }
                board.cells[index].delay11.byReceiver = delay11.map { .seconds($0) }
                if board.cells[index].delay30.byVolume == nil {
                    board.cells[index].delay30.unseenByCounts = unseen30
                }
                if board.cells[index].delay11.byVolume == nil {
                    board.cells[index].delay11.unseenByCounts = unseen11
                }
                continue
            }
            var cell = EmergencyBoard.Cell(
                service: series.key.service, department: department,
                since: Timestamp(seconds: Int64(series.began)))
            cell.callersPerMinute = series.perMinute > 0 ? series.perMinute : nil
            cell.delay30.byReceiver = delay30.map { .seconds($0) }
            cell.delay11.byReceiver = delay11.map { .seconds($0) }
            (cell.delay30.unseenByCounts, cell.delay11.unseenByCounts) = (unseen30, unseen11)
            cell.lastCall = Timestamp(seconds: Int64(series.until))
            cell.declared = declared[key]
            let isOverdue = now > series.until && Int(now - series.until) > 3 * series.intervalSeconds
            if series.height >= 1, !isOverdue {
                (cell.state, cell.reason) = (
                    series.open.map { $0.drop.share >= 0.85 } ?? false ? .down : .partial, "receiver"
                )
                cell.since = Timestamp(seconds: Int64(series.open?.drop.onset ?? series.highest.since))
            } else if let drop = answered[series.key]?.open, !isOverdue {
                (cell.state, cell.reason) = (drop.share >= 0.85 ? .down : .partial, "answers")
                cell.since = Timestamp(seconds: Int64(drop.onset))
            } else if Double(series.until &- series.began) < CountedSeries.weeksToLearn * 604_800 {
                (cell.state, cell.reason) = (.learning, "learning")
            } else if isOverdue {
                (cell.state, cell.reason) = (.blind, "blind")
            } else {
                cell.state = .normal
            }
            board.cells.append(cell)
        }
    }

    private func measures(of stream: EmergencyStream) -> EmergencyBoard.Measures {
        let minute = now / 60
        var measures = EmergencyBoard.Measures()
        measures.attempts = stream.recent.sum(.attempts, minute: minute)
        measures.callers = stream.recent.sum(.callers, minute: minute)
        measures.failed = stream.recent.sum(.failed, minute: minute)
        measures.answered = stream.recent.sum(.answered, minute: minute)
        measures.cut = stream.recent.sum(.cut, minute: minute)
        measures.retries = stream.recent.sum(.retries, minute: minute)
        if stream.learnedMinutes > 240 { measures.expected = stream.ratePerMinute * 15 }
        return measures
    }

    /// How long until a failure of a share of the calls would be seen on this stream alone, at the rate expected now.
    private func delay(_ share: Double, _ stream: EmergencyStream, _ rate: Double) -> EmergencyBoard.Delay {
        var delay = EmergencyBoard.Delay()
        guard rate > 1e-4 else { return delay }
        func time(_ minutes: Double) -> Duration? {
            minutes < 45 * 1_440 ? .seconds(Int64((minutes * 60).rounded(.up))) : nil
        }
        delay.byFailures = stream.failureTest.attemptsToSee(added: share, usual: stream.testedFailure)
            .flatMap { time($0 / rate) }
        if stream.key.level.watchesAnswers {
            delay.byAnswers = stream.answerTest.attemptsToSee(added: share, usual: stream.usualSilence)
                .flatMap { time($0 / rate) }
        }
        if let series = counted[stream.key] {
            delay.byVolume = series.delay(drop: share).flatMap { time($0 / 60) }
            delay.unseenByCounts = delay.byVolume == nil ? series.unseen(drop: share) : nil
        }
        return delay
    }

    private func element(
        _ kind: EmergencyBoard.Element.Kind, _ stream: EmergencyStream, _ active: [EmergencyEpisode]
    )
        -> EmergencyBoard.Element
    {
        let key = stream.key
        let name = kind == .centre ? Symbol.none : Symbol(rawValue: UInt32(key.first))
        let number = kind == .centre ? PhoneNumber(e164: key.second << 28 | key.first) ?? .absent : .absent
        var element = EmergencyBoard.Element(kind: kind, name: name, number: number)
        element.measures = measures(of: stream)
        element.lastCall = Timestamp(seconds: Int64(stream.lastSecond))
        let isNamed = active.contains { episode in
            switch kind {
            case .node: episode.scope.nodes.contains(name)
            case .operator: episode.scope.operators.contains(name)
            case .ingress: episode.scope.ingresses.contains(name)
            case .egress: episode.scope.egresses.contains(name)
            case .centre: episode.scope.centres.contains(number)
            }
        }
        let silent =
            kind == .node || kind == .operator
            ? (kind == .node
                ? feeds.silentNodes(at: now, factor: 0.4) : feeds.silentOperators(at: now, factor: 0.4))
                .contains(name) : false
        if blindSince != nil || silent {
            element.state = .blind
        } else if isNamed {
            element.state = .partial
        } else {
            element.state = stream.failures.learned < 50 ? .learning : .normal
        }
        return element
    }
}
