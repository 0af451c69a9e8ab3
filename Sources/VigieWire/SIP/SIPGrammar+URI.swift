// RFC 3261 §19.1.1 and §25.1, RFC 3966 §3, RFC 5118 §4.

extension SIPMessage {
    /// Refuses what is no URI; with `asRequestURI`, also header fields in it.
    func checkURI(_ slice: SIPSlice, asRequestURI: Bool = false) throws(SIPParseError) {
        let range = slice.range
        let colon = bytes.firstIndex(of: 0x3A, from: range.lowerBound, to: range.upperBound)
        // scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
        guard colon < range.upperBound, colon > range.lowerBound,
            bytes[range.lowerBound].lowercased &- 0x61 < 26
        else {
            throw SIPParseError(.uri, at: range.lowerBound)
        }
        for index in range.lowerBound..<colon {
            let octet = bytes[index]
            guard
                octet.lowercased &- 0x61 < 26 || octet.isDigit || octet == 0x2B || octet == 0x2D
                    || octet == 0x2E
            else {
                throw SIPParseError(.uri, at: index)
            }
        }
        let rest = colon + 1..<range.upperBound
        switch uri(slice).scheme {
        case .sip, .sips: try checkSIPURI(rest, asRequestURI: asRequestURI)
        case .tel: try checkTelURI(rest)
        case .urn, .other:
            try bytes.check(rest, only: .uric, .uri)
            try bytes.checkEscapes(rest)
        }
    }

    private func checkSIPURI(_ rest: Range<Int>, asRequestURI: Bool) throws(SIPParseError) {
        let end = rest.upperBound
        let at = bytes.firstIndex(of: 0x40, from: rest.lowerBound, to: end)
        var index = rest.lowerBound
        if at < end {
            let colon = bytes.firstIndex(of: 0x3A, from: index, to: at)
            try bytes.check(index..<colon, only: .user, .uri)
            try bytes.checkEscapes(index..<colon)
            if colon < at, colon + 1 < at {
                try bytes.check(colon + 1..<at, only: .password, .uri)
                try bytes.checkEscapes(colon + 1..<at)
            }
            index = at + 1
        }
        index = try checkHostPort(index, end)
        if index < end, bytes[index] == 0x3B {
            let question = bytes.firstIndex(of: 0x3F, from: index, to: end)
            for position in index..<question where !SIPOctetSet.uriParameters.contains(bytes[position]) {
                throw SIPParseError(.uri, at: position)
            }
            try bytes.checkEscapes(index..<question)
            index = question
        }
        guard index < end else { return }
        guard bytes[index] == 0x3F else { throw SIPParseError(.uriHost, at: index) }
        if asRequestURI { throw SIPParseError(.uriHeaders, at: index) }
        try bytes.check(index + 1..<end, only: .uriHeaders, .uri)
        try bytes.checkEscapes(index + 1..<end)
    }

    /// hostport = host [ ":" port ]; returns the index behind it. White space around the colon is for `Via` only.
    func checkHostPort(_ start: Int, _ end: Int, spaceAllowed: Bool = false) throws(SIPParseError) -> Int {
        var index = start
        if index < end, bytes[index] == 0x5B {
            let bracket = bytes.firstIndex(of: 0x5D, from: index, to: end)
            guard bracket < end, bytes.isIPv6(index + 1..<bracket) else {
                throw SIPParseError(.ipv6Reference, at: index)
            }
            index = bracket + 1
        } else {
            while index < end, SIPOctetSet.host.contains(bytes[index]) { index += 1 }
            guard index > start, bytes[start] != 0x2E else { throw SIPParseError(.uriHost, at: index) }
        }
        let behindHost = index
        if spaceAllowed { index = bytes.skipWhitespace(index, end) }
        guard index < end, bytes[index] == 0x3A else { return behindHost }
        index += 1
        if spaceAllowed { index = bytes.skipWhitespace(index, end) }
        let port = index
        while index < end, bytes[index].isDigit { index += 1 }
        // A second colon, or letters: the address should have stood in brackets (RFC 5118 §4.2).
        if index < end, bytes[index] == 0x3A || bytes[index].hexadecimalValue != nil {
            throw SIPParseError(.ipv6Reference, at: start)
        }
        try bytes.checkNumber(port..<index, upTo: 65_535, .uriPort)
        return index
    }

    // telephone-uri = "tel:" ( "+" 1*phonedigit / 1*phonedigit-hex ) *( ";" parameter )
    private func checkTelURI(_ rest: Range<Int>) throws(SIPParseError) {
        let semicolon = bytes.firstIndex(of: 0x3B, from: rest.lowerBound, to: rest.upperBound)
        var index = rest.lowerBound
        let isGlobal = index < semicolon && bytes[index] == 0x2B
        if isGlobal { index += 1 }
        var digits = 0
        while index < semicolon {
            switch bytes[index] {
            case 0x30...0x39: digits += 1
            case 0x2A, 0x23, 0x41...0x46, 0x61...0x66:
                if isGlobal { throw SIPParseError(.telephoneNumber, at: index) }
                digits += 1
            case 0x2D, 0x2E, 0x28, 0x29: break
            default: throw SIPParseError(.telephoneNumber, at: index)
            }
            index += 1
        }
        guard digits > 0 else { throw SIPParseError(.telephoneNumber, at: rest.lowerBound) }
        for position in semicolon..<rest.upperBound where !SIPOctetSet.uriParameters.contains(bytes[position])
        {
            throw SIPParseError(.uri, at: position)
        }
        try bytes.checkEscapes(semicolon..<rest.upperBound)
    }
}

extension Span where Element == UInt8 {
    /// Whether the range is an IPv6 address: eight groups, one `::`, an IPv4 tail (RFC 4291 §2.2, RFC 5954), no zone.
    func isIPv6(_ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        let end = range.upperBound
        var groups = 0
        var compressed = false
        if index + 1 < end, self[index] == 0x3A, self[index + 1] == 0x3A {
            compressed = true
            index += 2
        }
        while index < end {
            let start = index
            while index < end, self[index].hexadecimalValue != nil { index += 1 }
            if index < end, self[index] == 0x2E {
                guard isIPv4(start..<end) else { return false }
                groups += 2
                index = end
                break
            }
            guard index > start, index - start <= 4 else { return false }
            groups += 1
            guard index < end else { break }
            guard self[index] == 0x3A else { return false }
            index += 1
            if index < end, self[index] == 0x3A {
                guard !compressed else { return false }
                compressed = true
                index += 1
            } else if index == end {
                return false
            }
        }
        return compressed ? groups < 8 : groups == 8
    }

    /// Whether the range is four decimal octets.
    func isIPv4(_ range: Range<Int>) -> Bool {
        var parts = 0
        var index = range.lowerBound
        while true {
            let start = index
            while index < range.upperBound, self[index].isDigit { index += 1 }
            guard index - start <= 3, let value = decimal(start..<index), value <= 255 else { return false }
            parts += 1
            if index == range.upperBound { return parts == 4 }
            guard self[index] == 0x2E, parts < 4 else { return false }
            index += 1
        }
    }
}
