/// The best rules that a call meets, in their order; of more than 32 the last ones are dropped.
struct MetRules {
    private var places: InlineArray<32, UInt32> = InlineArray(repeating: 0)
    private(set) var count = 0
    private(set) var isCrowded = false

    subscript(index: Int) -> Int { Int(places[index]) }

    mutating func insert(_ place: UInt32) {
        var index = count
        if count == 32 {
            isCrowded = true
            guard place < places[31] else { return }
            index = 31
        } else {
            count += 1
        }
        while index > 0, places[index - 1] > place {
            places[index] = places[index - 1]
            index -= 1
        }
        places[index] = place
    }
}
