import VigieWire

// One change a line, its rules after it:
//   name|country|effective|old numbers work until|unmatched|sources
//   > old prefixes > new prefix : digits before → digits after
// Digits count the country code. `2122 > 21252` reads "+212 2… became +212 52…".
extension PlanChange {
    static let known: [PlanChange] = parse(text)

    private static let text = """
        GB-1995|GB|1995-04-16T00:00:00Z|1995-04-16T00:00:00Z|kept|Oftel, PhONEday: a 1 in front of every area code
        > 44532 > 441132 : 11 12
        > 44742 > 441142 : 11 12
        > 44602 > 441159 : 11 12
        > 44533 > 441162 : 11 12
        > 44272 > 441179 : 11 12
        > 442 443 445 446 447 448 449 > 1 : 11 12
        FR-1996|FR|1996-10-18T21:00:00Z|1996-10-18T21:00:00Z|refused|France Télécom: ten digits, one first digit for each fifth of the country
        > 331 > 331 : 11 11
        > 3331 3332 3333 3335 3337 3338 3340 3341 3343 3347 3348 3351 3354 3396 3397 3398 3399 > 2 : 10 11
        > 3320 3321 3322 3323 3324 3325 3326 3327 3328 3329 3344 3380 3381 3382 3383 3384 3385 3386 3387 3388 3389 > 3 : 10 11
        > 3342 3350 3366 3367 3368 3369 3370 3371 3372 3373 3374 3375 3376 3377 3378 3379 3390 3391 3392 3393 3394 3395 > 4 : 10 11
        > 3345 3346 3349 3353 3355 3356 3357 3358 3359 3361 3362 3363 3365 > 5 : 10 11
        > 3307 3308 3309 > 6 : 10 11
        GB-2000|GB|1999-06-01T00:00:00Z|2000-04-22T00:00:00Z|newRefused|Oftel, the Big Number Change
        > 44171 > 44207 : 12 12
        > 44181 > 44208 : 12 12
        > 441705 > 442392 : 12 12
        > 441703 > 442380 : 12 12
        > 441203 > 442476 : 12 12
        > 441222 > 442920 : 12 12
        BE-2000|BE|2000-11-11T00:00:00Z|2000-12-12T00:00:00Z|kept|Belgian closed dialling: Proximus 075 became 0475
        > 3275 > 32475 : 10 11
        MA-2006|MA|2006-03-24T23:00:00Z|2006-03-24T23:00:00Z|kept|ITU communication of 12.VII.2006: fixed zones 4 and 5 became 2 and 3
        > 2124 > 2122 : 11 11
        > 2125 > 2123 : 11 11
        MA-2009|MA|2009-03-07T02:00:00Z|2009-03-07T02:00:00Z|refused|ANRT: ten digits, no parallel running; carriers' notices
        > 2122 > 21252 : 11 12
        > 2123 > 21253 : 11 12
        > 2121 > 21261 : 11 12
        > 2124 > 21264 : 11 12
        > 2125 > 21265 : 11 12
        > 2126 > 21266 : 11 12
        > 2127 > 21267 : 11 12
        > 2128 > 21280 : 11 12
        > 2129 > 21289 : 11 12
        BR-2012-11|BR|2012-07-29T03:00:00Z|2012-08-08T03:00:00Z|newRefused|Anatel: a 9 in front of mobile numbers of area 11
        > 55116 55117 55118 55119 > 9 : 12 13
        BR-2013-1X|BR|2013-08-25T03:00:00Z|2013-09-04T03:00:00Z|newRefused|Anatel: a 9 in front of mobile numbers
        > @12 @13 @14 @15 @16 @17 @18 @19 > 9 : 12 13
        BR-2013-2X|BR|2013-10-27T02:00:00Z|2013-11-06T02:00:00Z|newRefused|Anatel: a 9 in front of mobile numbers
        > @21 @22 @24 @27 @28 > 9 : 12 13
        BR-2014-9X|BR|2014-11-02T02:00:00Z|2014-11-12T02:00:00Z|newRefused|Anatel: a 9 in front of mobile numbers
        > @91 @92 @93 @94 @95 @96 @97 @98 @99 > 9 : 12 13
        BR-2015-8X|BR|2015-05-31T03:00:00Z|2015-06-10T03:00:00Z|newRefused|Anatel: a 9 in front of mobile numbers
        > @81 @82 @83 @84 @85 @86 @87 @88 @89 > 9 : 12 13
        BR-2015-37|BR|2015-10-11T03:00:00Z|2015-10-21T02:00:00Z|newRefused|Anatel: a 9 in front of mobile numbers
        > @31 @32 @33 @34 @35 @37 @38 @71 @73 @74 @75 @77 @79 > 9 : 12 13
        BR-2016-6X|BR|2016-05-29T03:00:00Z|2016-06-08T03:00:00Z|newRefused|Anatel: a 9 in front of mobile numbers
        > @61 @62 @63 @64 @65 @66 @67 @68 @69 > 9 : 12 13
        BR-2016-45|BR|2016-11-06T02:00:00Z|2016-11-16T02:00:00Z|newRefused|Anatel: a 9 in front of mobile numbers
        > @41 @42 @43 @44 @45 @46 @47 @48 @49 @51 @53 @54 @55 > 9 : 12 13
        MX-2019|MX|2019-08-03T05:00:00Z|2019-08-03T05:00:00Z|kept|ITU, IFT: ten digits everywhere, the 1 of mobile numbers dropped
        > 521 > 52 : 13 12
        CI-2021|CI|2021-01-31T00:00:00Z|2021-01-31T00:00:00Z|refused|ARTCI: ten digits; mobile 07 Orange, 05 MTN, 01 Moov; fixed 27, 25, 21
        > #08 #18 > 21 : 11 13
        > #00 #10 > 25 : 11 13
        > 2252 2253 > 27 : 11 13
        > %7 %8 %9 > 07 : 11 13
        > %4 %5 %6 > 05 : 11 13
        > %0 %1 %2 %3 > 01 : 11 13
        """

    private static func parse(_ text: String) -> [PlanChange] {
        var changes: [PlanChange] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix(">"), !changes.isEmpty {
                changes[changes.count - 1].rules += rules(line.dropFirst())
                continue
            }
            let fields = line.split(separator: "|").map(String.init)
            guard fields.count == 6, let country = Country(fields[1]),
                let effective = Timestamp(rfc3339: fields[2]), let until = Timestamp(rfc3339: fields[3])
            else { continue }
            let unmatched: Unmatched =
                fields[4] == "refused" ? .refused : fields[4] == "newRefused" ? .newRefused : .kept
            changes.append(
                PlanChange(
                    name: fields[0], country: country, effective: effective, parallelUntil: until, rules: [],
                    unmatched: unmatched, sources: [fields[5]]))
        }
        return changes
    }

    // A new prefix of one or two digits, beside several old ones or none of its length, is inserted after the country code;
    // `@12` stands for the mobile numbers of Brazilian area 12, `%7` and `#08` for Ivorian digits in their place.
    private static func rules(_ line: Substring) -> [Rule] {
        let parts = line.split(whereSeparator: { $0 == ">" || $0 == ":" }).map { $0.split(separator: " ") }
        guard parts.count == 3, let new = parts[1].first, parts[2].count == 2, let before = Int(parts[2][0]),
            let after = Int(parts[2][1])
        else { return [] }
        return parts[0].flatMap { old in
            expand(old).compactMap { old -> Rule? in
                let code = old.hasPrefix("212") || old.hasPrefix("225") ? 3 : 2
                var replacement = String(new)
                if new.count <= 2, after > before {
                    let fixed = old.hasPrefix("55") ? 4 : code
                    replacement = String(old.prefix(fixed)) + String(new) + String(old.dropFirst(fixed))
                }
                guard let from = NumberPrefix(old), let into = NumberPrefix(replacement) else { return nil }
                return Rule(prefix: from, oldDigits: before, newDigits: after, replacement: into)
            }
        }
    }

    private static func expand(_ old: Substring) -> [String] {
        switch old.first {
        case "@": (6...9).map { "55\(old.dropFirst())\($0)" }
        case "%": [0, 4, 5, 6, 7, 8, 9].map { "225\($0)\(old.dropFirst())" }
        // Ivorian fixed numbers: the third digit names the operator, after 2 or 3 and any digit.
        case "#": (0...9).map { "225\(old.dropFirst().first == "0" ? 2 : 3)\($0)\(old.dropFirst(2))" }
        default: [String(old)]
        }
    }
}
