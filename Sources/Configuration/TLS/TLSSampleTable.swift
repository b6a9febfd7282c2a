import Model

/// The samples about the TLS of a session's two sides and about the certificates that were shown.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.4.
enum TLSSampleTable {
    /// Samples without anything in parentheses.
    private static let plain: [String: TLSSample] = {
        var table: [String: TLSSample] = [
            "ssl_bc": .init(.server, .isUsed),
            "ssl_bc_alpn": .init(.server, .negotiatedProtocol),
            "ssl_bc_cipher": .init(.server, .cipher),
            "ssl_bc_is_resumed": .init(.server, .isResumed),
            "ssl_bc_protocol": .init(.server, .version),
            "ssl_c_ca_err": .init(.client, .authorityError),
            "ssl_c_ca_err_depth": .init(.client, .authorityErrorDepth),
            "ssl_c_err": .init(.client, .certificateError),
            "ssl_c_used": .init(.client, .hasPeerCertificate),
            "ssl_c_verify": .init(.client, .verification),
            "ssl_fc_has_crt": .init(.client, .hasPeerCertificate),
            "ssl_fc_has_early": .init(.client, .hasEarlyData),
        ]
        for (prefix, side) in [("ssl_fc_", TLSSample.Side.client), ("ssl_bc_", .server)] {
            for (name, quantity) in connection { table[prefix + name] = TLSSample(side, quantity) }
        }
        for (prefix, side, isOwn) in certificates {
            for (name, part) in parts { table[prefix + name] = TLSSample(side, .certificate(part, isOwn: isOwn)) }
            if !isOwn {
                table[prefix + "chain_der"] = TLSSample(side, .certificate(.encodedChain, isOwn: false))
            }
        }
        return table
    }()

    private static let connection: [String: TLSSample.Quantity] = [
        "alg_keysize": .algorithmKeyBits, "use_keysize": .usedKeyBits, "session_id": .sessionIdentifier,
        "session_key": .sessionKey, "unique_id": .uniqueIdentifier, "client_random": .clientRandom,
        "server_random": .serverRandom, "err": .errorNumber, "err_str": .errorText,
    ]

    /// Whose certificate a sample's beginning names: the client's, that which the client was shown, the server's.
    private static let certificates: [(prefix: String, side: TLSSample.Side, isOwn: Bool)] = [
        ("ssl_c_", .client, false), ("ssl_f_", .client, true), ("ssl_s_", .server, false),
    ]

    private static let parts: [String: TLSSample.Part] = [
        "der": .encoded, "key_alg": .keyAlgorithm, "notafter": .notAfter, "notbefore": .notBefore, "serial": .serial,
        "sha1": .fingerprint, "sig_alg": .signatureAlgorithm, "version": .version,
    ]

    /// The names of protocols that nothing speaks any more: known, and never there.
    private static let never: Set<String> = ["ssl_bc_npn", "ssl_fc_npn"]

    /// The names of all samples.
    static let names: [String] =
        Array(plain.keys) + Array(never) + certificates.flatMap { ["\($0.prefix)i_dn", "\($0.prefix)s_dn"] }

    /// Finds a sample.
    ///
    /// - Parameter call: its name and what stands in parentheses.
    /// - Returns: the sample; `nil` where it is none of these.
    /// - Throws: what is wrong with its values.
    static func fetch(_ call: SampleReader.Call) throws(Diagnostic) -> SampleExpression.Fetch? {
        if let sample = plain[call.name] {
            try call.expect(0...0, example: call.name)
            return .security(sample)
        }
        if never.contains(call.name) {
            try call.expect(0...0, example: call.name)
            return .constant(.none)
        }
        for (prefix, side, isOwn) in certificates {
            switch call.name {
            case "\(prefix)i_dn":
                return .security(TLSSample(side, .certificate(.issuer(try name(call)), isOwn: isOwn)))
            case "\(prefix)s_dn":
                return .security(TLSSample(side, .certificate(.subject(try name(call)), isOwn: isOwn)))
            default: continue
            }
        }
        return nil
    }

    /// `ssl_c_s_dn`, `ssl_c_s_dn(CN)`, `ssl_c_s_dn(OU,2)`, `ssl_c_s_dn(,0,rfc2253)`.
    private static func name(_ call: SampleReader.Call) throws(Diagnostic) -> TLSSample.NamePart {
        let example = "\(call.name)(CN,1)"
        try call.expect(0...3, example: example)
        let entry = call.arguments.first?.text ?? ""
        let range = Int64(Int32.min + 1)...Int64(Int32.max)
        let number = call.arguments.count > 1 ? try call.integer(1, in: range, example: example) : 1
        let format = call.arguments.count > 2 ? call.arguments[2].text : ""
        guard ["", "rfc2253"].contains(format) else {
            throw call.error("only rfc2253 is a format of '\(call.name)'", help: "write '\(call.name)(,0,rfc2253)'")
        }
        return entry.isEmpty ? .whole(isRFC2253: !format.isEmpty) : .entry(entry, number: Int(number))
    }
}
