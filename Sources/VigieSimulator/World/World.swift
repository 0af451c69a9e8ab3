import VigieCalls
import VigieWire

/// The simulated nation: who lives where, with which number, at which operator, and who knows whom.
///
/// Nothing is stored per person: each fact is computed from the person's index, so that a nation of millions takes no memory.
struct World: Sendable {
    let seed: UInt64
    let start: Timestamp
    /// Subscribers, a multiple of `communitySize`.
    let subscribers: Int
    let businesses: Int
    var network = Network()
    let foreign: [ForeignPlan]
    let foreignWeights: [Double]
    let year: Int

    static let communitySize = 64
    /// Businesses that one community calls its own.
    static let localBusinesses = 4

    private let communityBlocks: [Int]
    private let mobileBlocks: [UInt64]
    private let circleSizes: [Int]
    private let mobileShare: Double
    private let nomadicShare: Double

    /// - Parameters:
    ///   - callsADay: sizes the nation: one subscriber for six calls a day.
    init(seed: UInt64, start: Timestamp, callsADay: Double) {
        self.seed = seed
        self.start = start
        year = CivilTime(start).year
        let communities = max(96, Int(callsADay / 6 / Double(Self.communitySize)))
        subscribers = communities * Self.communitySize
        businesses = communities * Self.localBusinesses
        foreign = ForeignPlan.all(at: start)
        foreignWeights = foreign.map(\.weight)
        mobileBlocks = FrenchBlocks.mobile2009 + (year > 2010 ? FrenchBlocks.mobileSince2010 : [])
        mobileShare = year < 2011 ? 0.48 : year < 2018 ? 0.66 : 0.82
        nomadicShare = year < 2011 ? 0.10 : year < 2018 ? 0.30 : 0.45
        var random = SeededRandom(seed: seed, stream: 1)
        // Communities take the blocks by weight, systematically: even a small nation has all regions.
        let total = FrenchBlocks.fixed.reduce(0) { $0 + $1.weight }
        var blocks: [Int] = []
        var block = 0
        var reached = FrenchBlocks.fixed[0].weight
        let offset = random.unit()
        for community in 0..<communities {
            let position = (Double(community) + offset) / Double(communities) * total
            while position > reached, block + 1 < FrenchBlocks.fixed.count {
                block += 1
                reached += FrenchBlocks.fixed[block].weight
            }
            blocks.append(block)
        }
        communityBlocks = blocks
        circleSizes = (0..<256).map { step in
            // Heavy tail: median 6 people, one in fifty above 30.
            let quantile = PortableMath.normalQuantile((Double(step) + 0.5) / 256)
            return max(1, min(80, Int(6 * PortableMath.exp(0.8 * quantile) + 0.5)))
        }
    }

    func hash(_ topic: UInt64, _ value: UInt64) -> UInt64 {
        SeededRandom.hash(seed ^ topic &* 0xA076_1D64_78BD_642F, value)
    }

    // MARK: Subscribers

    /// How many people a subscriber calls again and again.
    func circleSize(_ subscriber: Int) -> Int { circleSizes[Int(hash(2, UInt64(subscriber)) & 255)] }

    /// The person in one place of a subscriber's circle; in the same place of that person's circle stands the subscriber.
    func contact(of subscriber: Int, place: Int) -> Int {
        let community = subscriber / Self.communitySize
        let local = subscriber % Self.communitySize
        if place % 4 == 3 {
            // A reflection: i ↦ c − i is its own inverse, so the relation is mutual.
            let centre = Int(hash(3, UInt64(place)) % UInt64(subscribers))
            let other = (centre - subscriber + subscribers) % subscribers
            if other != subscriber { return other }
        }
        // So is an exclusive or.
        let mask = 1 + Int(hash(4, UInt64(community) << 8 | UInt64(place)) % UInt64(Self.communitySize - 1))
        return community * Self.communitySize + (local ^ mask)
    }

    /// The business in one place of a subscriber's habits: the doctor, the school, the garage.
    func localBusiness(of subscriber: Int, place: Int) -> Int {
        let community = subscriber / Self.communitySize
        let draw = hash(5, UInt64(subscriber) << 3 | UInt64(place & 7))
        return community * Self.localBusinesses + Int(draw % UInt64(Self.localBusinesses))
    }

    /// The contact abroad in one place of a subscriber's circle, in one country.
    func contactAbroad(of subscriber: Int, country: Int, place: Int) -> PartyID {
        .abroad(
            country: country, hash: hash(6, UInt64(subscriber) << 12 | UInt64(country) << 4 | UInt64(place)))
    }

    /// A subscriber with ties to a country: one in twelve, always the same ones.
    func subscriberWithTies(country: Int, random: inout SeededRandom) -> Int {
        let draw = random.below((subscribers + 11) / 12)
        return min(subscribers - 1, draw * 12 + country % 12)
    }

    func department(of subscriber: Int) -> UInt16 {
        FrenchBlocks.fixed[communityBlocks[subscriber / Self.communitySize]].department
    }

    /// The subscribers of a department, as ranges of indices.
    func communities(in department: UInt16) -> [Range<Int>] {
        communityBlocks.indices.filter { FrenchBlocks.fixed[communityBlocks[$0]].department == department }
            .map { $0 * Self.communitySize..<($0 + 1) * Self.communitySize }
    }

    // MARK: Facts

    func party(_ id: PartyID) -> Party {
        switch id.kind {
        case .subscriber: subscriber(id.index)
        case .business: business(id.index)
        case .abroad: abroad(id)
        case .number: frenchNumber(id.value)
        }
    }

    private func subscriber(_ index: Int) -> Party {
        let draw = hash(7, UInt64(index))
        let block = FrenchBlocks.fixed[communityBlocks[min(index, subscribers - 1) / Self.communitySize]]
        let isMobile = Double(draw & 0xFFFF) < mobileShare * 65_536
        // 387,421 has no factor in common with a million: numbers of one block never collide below a million subscribers.
        let last = (UInt64(index) &* 387_421 &+ seed % 1_000_000) % 1_000_000
        let prefix: UInt64
        if isMobile {
            prefix = mobileBlocks[Int((draw >> 20) % UInt64(mobileBlocks.count))]
        } else if Double(draw >> 16 & 0xF) < nomadicShare * 16 {
            prefix = FrenchBlocks.nomadic[Int((draw >> 20) % UInt64(FrenchBlocks.nomadic.count))]
        } else {
            prefix = block.prefix
        }
        return Party(
            number: french(prefix * 1_000_000 + last),
            operatorIndex: operatorIndex(draw >> 32, homeShare: 0.46),
            country: 0, region: region(block.prefix), department: block.department, isMobile: isMobile,
            isBusiness: false, withholds: draw >> 48 & 31 == 0 ? 0.95 : 0.035)
    }

    private func business(_ index: Int) -> Party {
        let draw = hash(8, UInt64(index))
        let community = min(index / Self.localBusinesses, communityBlocks.count - 1)
        let block = FrenchBlocks.fixed[communityBlocks[community]]
        let last = (UInt64(subscribers + index) &* 387_421 &+ seed % 1_000_000) % 1_000_000
        return Party(
            number: french(block.prefix * 1_000_000 + last),
            operatorIndex: operatorIndex(draw >> 32, homeShare: 0.5),
            country: 0, region: region(block.prefix), department: block.department, isMobile: false,
            isBusiness: true,
            withholds: draw & 31 == 0 ? 0.7 : 0.02)
    }

    private func abroad(_ id: PartyID) -> Party {
        let country = min(id.country, foreign.count - 1)
        return Party(
            number: foreign[country].number(SeededRandom.mix(id.value)), operatorIndex: 255,
            country: UInt8(country),
            region: UInt8(id.value & 1), department: 0, isMobile: true, isBusiness: false, withholds: 0.04)
    }

    /// Somebody who has this French number and no other part in the simulation.
    func frenchNumber(_ national: UInt64) -> Party {
        let draw = hash(9, national)
        let prefix = national / 1_000_000
        return Party(
            number: french(national), operatorIndex: operatorIndex(draw >> 32, homeShare: 0.46), country: 0,
            region: region(prefix), department: FrenchBlocks.department(prefix: prefix),
            isMobile: prefix / 100 == 6 || prefix / 100 == 7, isBusiness: false, withholds: 0.05)
    }

    /// Whether somebody answers to this French number: its block is given out, and the number to somebody.
    func isAlive(_ national: UInt64, share: Double = 0.62) -> Bool {
        let prefix = national / 1_000_000
        guard prefix / 100 >= 6 || FrenchBlocks.department(prefix: prefix) != 0 else { return false }
        return Double(hash(10, national) & 0xFFFF) < share * 65_536
    }

    func french(_ national: UInt64) -> PhoneNumber { PhoneNumber(e164: 33_000_000_000 + national) ?? .absent }

    private func operatorIndex(_ draw: UInt64, homeShare: Double) -> UInt8 {
        let value = Double(draw & 0xFFFF) / 65_536
        if value < homeShare { return 0 }
        let rest = (value - homeShare) / (1 - homeShare)
        return rest < 0.45 ? 1 : rest < 0.78 ? 2 : 3
    }

    private func region(_ prefix: UInt64) -> UInt8 {
        switch prefix / 100 {
        case 1: 0
        case 2: 3
        case 3: 1
        case 4: 2
        default: 4
        }
    }
}
