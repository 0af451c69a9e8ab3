import VigieCalls

extension PhoneNumber {
    /// The digits of an E.164 number, padded with zeros to 15; `UInt64.max`, which no span holds, for anything else.
    var padded: UInt64 {
        isE164 ? digits &* PhoneNumber.powerOfTen(15 - count) : .max
    }
}

extension Array where Element: Comparable {
    /// Whether a sorted stretch of the array holds `value`.
    func holds(_ value: Element, in range: Range<Int>) -> Bool {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < range.upperBound && self[low] == value
    }

    /// Whether the sorted array holds `value`.
    func holds(_ value: Element) -> Bool { holds(value, in: indices) }
}

extension [NumberSpan] {
    /// Whether one of a stretch of disjoint sorted spans covers a padded number of `count` digits.
    func cover(_ padded: UInt64, count: Int, in range: Range<Int>) -> Bool {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            if self[middle].low <= padded { low = middle + 1 } else { high = middle }
        }
        guard low > range.lowerBound else { return false }
        let span = self[low - 1]
        return padded < span.high && count >= Int(span.digits)
    }
}

extension [WeeklyHours.Stretch] {
    /// Whether one of a few stretches of the week holds a minute of it.
    func hold(_ minute: Int, in range: Range<Int>) -> Bool {
        for index in range where Int(self[index].from) <= minute && minute < Int(self[index].until) {
            return true
        }
        return false
    }
}
