import Model

/// Answers of known protocols, taken apart.
extension CheckConversation {
    /// What the protocol says with a verdict that has no words of its own.
    var answerWords: String? {
        guard case .expect(let expectation)? = current?.action, case .answer(let kind) = expectation.match else {
            return nil
        }
        switch kind {
        case .mysqlGreeting, .mysqlLogin: return mysqlVersion
        case .ldapBind: return "Success"
        case .spopHello: return "SPOA server is ok"
        case .agentLine, .anything: return nil
        }
    }

    /// Judges the answer of a known protocol's server.
    ///
    /// - Parameter kind: which protocol, and which of its answers.
    /// - Returns: the judgement.
    func judge(_ kind: CheckAnswer) -> Judgement {
        switch kind {
        case .mysqlGreeting: judgeMySQL(at: 0)
        case .mysqlLogin: judgeMySQL(at: lengthOfMySQLPacket(at: 0) ?? answer.count)
        case .ldapBind: judgeLDAP()
        case .spopHello: judgeSPOP()
        case .agentLine: judgeAgent()
        case .anything: .passed
        }
    }

    /// The line of an agent; `nil` as long as it has no end.
    ///
    /// A zero byte ends everything, as in HAProxy.
    var agentLine: ArraySlice<UInt8>? {
        guard let end = answer.firstIndex(where: { [0, UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains($0) }),
            answer[end] != 0
        else { return nil }
        return answer[..<end]
    }

    private func judgeAgent() -> Judgement {
        guard agentLine == nil else { return .passed }
        guard hasEnded else { return .undecided }
        return .failed(CheckResult(status: .noChange, detail: "Ignoring incomplete line from agent"))
    }

    /// A frame: four bytes of length, and that many more.
    private func judgeSPOP() -> Judgement {
        let lengthBytes = 4
        guard answer.count >= lengthBytes else { return hasEnded ? invalid(SPOPAnswer.malformed) : .undecided }
        let length = answer[..<lengthBytes].reduce(0) { $0 << 8 | Int($1) }
        guard answer.count - lengthBytes >= length else {
            return hasEnded ? invalid(SPOPAnswer.malformed) : .undecided
        }
        return SPOPAnswer.fault(of: answer[lengthBytes..<(lengthBytes + length)]).map(invalid) ?? .passed
    }

    private func invalid(_ words: String) -> Judgement {
        .failed(CheckResult(status: .layer7InvalidResponse, code: code, detail: words))
    }

    /// A packet: three bytes of length, the lowest first, a number, and its contents.
    ///
    /// - Source: MySQL's client/server protocol, `Protocol::Packet`, `ERR_Packet`, `Protocol::HandshakeV10`.
    private func judgeMySQL(at offset: Int) -> Judgement {
        guard let length = lengthOfMySQLPacket(at: offset), answer.count - offset >= length else {
            return hasEnded ? invalid("") : .undecided
        }
        let contents = Array(answer[offset..<(offset + length)].dropFirst(4))
        guard contents.first == 0xFF else { return .passed }
        let number = contents.count >= 3 ? Int(contents[1]) | Int(contents[2]) << 8 : 0
        let words = ByteText.readable(contents.dropFirst(3))
        return .failed(CheckResult(status: .layer7Error, code: ByteText.number16(number), detail: words))
    }

    /// How long a packet is with its header; `nil` while that has not come.
    private func lengthOfMySQLPacket(at offset: Int) -> Int? {
        guard answer.count - offset >= 4 else { return nil }
        return 4 + (Int(answer[offset]) | Int(answer[offset + 1]) << 8 | Int(answer[offset + 2]) << 16)
    }

    /// The version that a greeting names.
    private var mysqlVersion: String? {
        guard answer.count > 5 else { return nil }
        return ByteText.readable(answer[5...].prefix { $0 != 0 })
    }

    /// - Source: RFC 4511, sections 4.1.1, 4.1.9 and 4.2.2; which bytes are looked at follows recordings of HAProxy.
    private func judgeLDAP() -> Judgement {
        let shortest = 14
        guard answer.count >= shortest || hasEnded else { return .undecided }
        guard answer[0] == 0x30 else { return invalid(Self.noLDAP) }
        // A length in one byte, in two or in four.
        let first = answer.dropFirst().first ?? 0
        let lengthBytes = Int(first & 0x7F)
        var index = 2
        var length = lengthBytes
        if first & 0x80 != 0 {
            guard lengthBytes == 2 || lengthBytes == 4 else { return invalid(Self.noLDAP) }
            length = answer.dropFirst(2).prefix(lengthBytes).reduce(0) { $0 << 8 | Int($1) }
            index += lengthBytes
        }
        // Half of an answer is told without a word.
        guard answer.count >= index + length else { return hasEnded ? invalid("") : .undecided }
        // The message number 1, and a bind's response, whose length may take several bytes.
        guard answer[index...].starts(with: [2, 1, 1, 0x61]) else { return invalid(Self.noLDAP) }
        index += 4
        guard answer.count > index else { return invalid(Self.noLDAP) }
        if answer[index] & 0x80 != 0 { index += Int(answer[index] & 0x7F) }
        index += 1
        guard answer.count > index + 2, answer[index] == 0x0A, answer[index + 1] == 1 else {
            return invalid(Self.noLDAP)
        }
        let code = Int(answer[index + 2])
        guard code != 0 else { return .passed }
        return .failed(
            CheckResult(
                status: .layer7Error, code: code,
                detail: "See RFC: http://tools.ietf.org/html/rfc4511#section-4.1.9"))
    }

    private static let noLDAP = "Not LDAPv3 protocol"
}
