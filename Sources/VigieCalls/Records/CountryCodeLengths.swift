/// Which digit strings can be E.164 numbers: country codes (ITU-T E.164 list of assigned codes) and the lengths of their numbers.
enum CountryCodeLengths {
    /// Whether `digits` (of `count` digits) is an assigned country code followed by a national number of a length in use there.
    static func accepts(_ digits: UInt64, count: Int) -> Bool {
        let code = Int(digits / PhoneNumber.powerOfTen(max(0, count - 3)))
        guard count >= 8, count <= 15, code < 1_000 else { return false }
        let entry = table[code]
        guard entry.codeDigits > 0 else { return false }
        let national = count - Int(entry.codeDigits)
        return national >= Int(entry.shortest) && national <= Int(entry.longest)
    }

    private struct Entry {
        var codeDigits: UInt8 = 0
        var shortest: UInt8 = 0
        var longest: UInt8 = 0
    }

    // Indexed by the first three digits, so that one load finds codes of one, two and three digits.
    private static let table: [Entry] = {
        var table = [Entry](repeating: Entry(), count: 1_000)
        func set(_ code: Int, _ shortest: UInt8, _ longest: UInt8) {
            let digits = code < 10 ? 1 : code < 100 ? 2 : 3
            let width = digits == 1 ? 100 : digits == 2 ? 10 : 1
            for index in code * width..<(code + 1) * width {
                table[index] = Entry(codeDigits: UInt8(digits), shortest: shortest, longest: longest)
            }
        }
        for code in assigned { set(code, 6, 12) }
        for (code, shortest, longest) in known { set(code, shortest, longest) }
        return table
    }()

    private static let assigned: [Int] =
        [1, 7, 20, 27] + Array(30...34) + [36, 39, 40, 41] + Array(43...49) + Array(51...58) + Array(60...66)
        + [81, 82, 84, 86] + Array(90...95) + [98, 211, 212, 213, 216, 218] + Array(220...258)
        + Array(260...269)
        + [290, 291, 297, 298, 299] + Array(350...359) + Array(370...383) + [
            385, 386, 387, 389, 420, 421, 423,
        ]
        + Array(500...509) + Array(590...599) + [670] + Array(672...683) + Array(685...692)
        + [800, 808, 850, 852, 853, 855, 856, 870, 878, 880, 881, 882, 883, 886, 888] + Array(960...968)
        + Array(970...977) + [979] + Array(992...996) + [998]

    // National significant number lengths of the codes that are met most, and of those whose exact length tells them from national forms.
    private static let known: [(Int, UInt8, UInt8)] = [
        (1, 10, 10), (7, 10, 10), (20, 8, 10), (27, 9, 9), (30, 10, 10), (31, 9, 11), (32, 8, 9), (33, 9, 9),
        (34, 9, 9), (36, 8, 9), (39, 6, 11), (40, 9, 9), (41, 9, 12), (44, 7, 10), (45, 8, 8), (46, 7, 13),
        (47, 8, 12), (48, 9, 9), (49, 6, 13), (51, 8, 9), (52, 10, 10), (54, 10, 11), (55, 10, 11),
        (56, 9, 9),
        (57, 8, 10), (58, 10, 10), (60, 8, 10), (61, 9, 9), (62, 7, 12), (63, 8, 10), (65, 8, 8), (66, 8, 9),
        (81, 9, 10), (82, 8, 11), (84, 9, 10), (86, 9, 11), (90, 10, 10), (91, 10, 10), (92, 9, 10),
        (93, 9, 9),
        (94, 9, 9), (95, 7, 10), (98, 10, 10), (212, 8, 9), (213, 8, 9), (216, 8, 8), (218, 8, 9),
        (221, 9, 9),
        (222, 8, 8), (223, 8, 8), (224, 8, 9), (225, 8, 10), (226, 8, 8), (227, 8, 8), (228, 8, 8),
        (229, 8, 10),
        (230, 7, 8), (234, 7, 10), (235, 8, 8), (236, 8, 8), (237, 8, 9), (241, 7, 8), (242, 9, 9),
        (243, 9, 9),
        (253, 8, 8), (261, 9, 9), (262, 9, 9), (269, 7, 7), (291, 7, 7), (351, 9, 9), (352, 6, 11),
        (353, 7, 10),
        (376, 6, 9), (377, 8, 9), (420, 9, 9), (421, 9, 9), (508, 6, 9), (590, 9, 9), (594, 9, 9),
        (596, 9, 9),
        (681, 6, 6), (687, 6, 6), (689, 6, 8), (961, 7, 8), (966, 8, 9), (971, 8, 9), (972, 8, 10),
    ]
}
