import Model

/// Texts: what is sent and said, with what is known now filled in.
extension CheckConversation {
    /// A text as it is now.
    ///
    /// - Parameter text: the text.
    /// - Returns: its bytes.
    func bytes(of text: CheckText) -> [UInt8] {
        text.pieces.flatMap { piece in
            piece.conversions.reduce(bytes(of: piece.part)) { bytes, conversion in conversion.apply(to: bytes) }
        }
    }

    private func bytes(of part: CheckText.Part) -> [UInt8] {
        switch part {
        case .bytes(let bytes): return bytes
        case .variable(let name): return variables[name] ?? []
        case .answer(let offset, let length):
            // More than there is: nothing, as of any sample that cannot be had; so it is with the bytes of an HTTP answer.
            guard plan.wording != .http, offset <= answer.count, length <= answer.count - offset else { return [] }
            return Array(length == 0 ? answer[offset...] : answer[offset..<(offset + length)])
        case .serverName: return Array(party.server.utf8)
        case .proxyName: return Array(party.proxy.utf8)
        case .wireSeconds:
            let seconds = UInt32(truncatingIfNeeded: party.seconds)
            return stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: seconds >> UInt32($0)) }
        case .group(let text): return bytes(of: text)
        case .seconds: return Array("\(party.seconds)".utf8)
        }
    }

    /// A request as it is sent.
    ///
    /// - Parameter request: the request.
    /// - Returns: its bytes.
    func bytes(of request: CheckRequest) -> [UInt8] {
        var bytes = Array("\(request.method) ".utf8)
        bytes += self.bytes(of: request.target)
        bytes += " \(request.version)\r\n".utf8
        var saysConnection = false
        for header in request.headers {
            let name = header.name.lowercased()
            // The body's length is what it is.
            if name == "content-length" || name == "transfer-encoding" { continue }
            if name == "connection" { saysConnection = true }
            bytes += "\(name): ".utf8
            bytes += self.bytes(of: header.value)
            bytes += "\r\n".utf8
        }
        if request.tellsState { bytes += "x-haproxy-server-state: \(party.state)\r\n".utf8 }
        let body = request.body.map { self.bytes(of: $0) } ?? []
        // Of a request that might have a body, the server has to know that it has none.
        let mayHaveBody = !["GET", "HEAD", "DELETE", "OPTIONS"].contains(request.method)
        if !body.isEmpty || mayHaveBody { bytes += "content-length: \(body.count)\r\n".utf8 }
        if request.version != "HTTP/1.0", !saysConnection { bytes += "connection: close\r\n".utf8 }
        return bytes + Array("\r\n".utf8) + body
    }
}

extension CheckText.Conversion {
    fileprivate func apply(to bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .cutLine: Array(bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") })
        case .trimStart(let set): Array(bytes.drop(while: set.contains))
        case .trimEnd(let set): Array(bytes.reversed().drop(while: set.contains).reversed())
        case .hexadecimal: ByteText.hexadecimal(bytes)
        case .binary: ByteText.bytes(hexadecimal: bytes) ?? []
        case .upper: bytes.map(ByteText.uppercase)
        case .lower: bytes.map(ByteText.lowercase)
        }
    }
}
