extension LiveLine {
    /// Puts the line's figures on a board.
    public func register(on board: CounterBoard) {
        board.register("line") { [self] in
            let status = status
            func sample(_ name: String, _ value: UInt64, _ labels: [(String, String)] = []) -> MetricSample {
                MetricSample("vigie_line_" + name, labels, Double(value))
            }
            var samples: [MetricSample] = []
            for way in status.ways {
                let label = [("origin", way.origin.name)]
                samples.append(sample("taken_total", way.taken, label))
                samples.append(sample("dropped_total", way.dropped, label + [("reason", "queue-full")]))
            }
            samples += [
                sample("calls_total", status.calls), sample("calls_answered_total", status.answered),
                sample("calls_completed_total", status.completed),
                sample("calls_repeated_total", status.repeated),
                sample("calls_end_too_late_total", status.endsTooLate),
                sample("calls_other_time_total", status.otherTime),
                sample("calls_ahead_of_clock_total", status.aheadOfClock),
                sample("calls_late_total", status.late), sample("calls_stored_total", status.stored),
                sample("calls_not_stored_total", status.notStored),
                sample("emergency_minutes_lost_total", status.emergencyMinutesLost),
                sample("emergency_not_counted_total", status.emergencyNotCounted),
                sample("messages_malformed_total", status.malformed),
                sample("messages_repeated_total", status.repeatedMessages),
                sample("findings_total", status.findings), sample("looks_total", status.looks),
                sample("surges_set_aside_total", status.setAside),
                sample("changes_dropped_total", status.changesDropped),
                sample("waiting_calls", UInt64(clamping: status.waiting)),
                sample("open_calls", UInt64(clamping: status.openCalls)),
            ]
            samples += status.joining.map { sample("joining_total", $0.count, [("reason", $0.name)]) }
            return samples
        }
    }
}
