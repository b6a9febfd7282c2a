import Model

/// What checks of known protocols say and want to hear, byte for byte as HAProxy; AMQP, which HAProxy doesn't know.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, and recordings of what its checks send and how they end.
enum KnownCheck {
    /// Redis: `PING`.
    static let redis = plan(
        endsInOrder: false, .send("*1\r\n$4\r\nPING\r\n"),
        .expect(
            expectation(.bytes(Array("+PONG\r\n".utf8), isBinary: false)) {
                $0.errorStatus = .layer7Error
                $0.errorText = CheckText([.init(.answer(offset: 0, length: 0), [.cutLine])])
                $0.successText = "Redis server is ok"
            }))

    /// SMTP: a greeting, and a proper end.
    ///
    /// - Parameter greeting: `HELO` or `EHLO` with a domain.
    /// - Returns: the plan.
    static func smtp(greeting: String) -> CheckPlan {
        let line = CheckText([.init(.answer(offset: 0, length: 0), [.cutLine])])
        let text = CheckText([.init(.answer(offset: 4, length: 0), [.trimStart([0x20]), .cutLine])])
        let code = CheckText([.init(.answer(offset: 0, length: 3))])
        return plan(
            endsInOrder: true,
            .expect(
                expectation(pattern("^[0-9]{3}[ \\r]")) {
                    $0.leastBytes = 4
                    $0.errorStatus = .layer7InvalidResponse
                    $0.errorText = line
                }),
            .expect(
                expectation(pattern("^2[0-9]{2}[ \\r]")) {
                    $0.leastBytes = 4
                    $0.errorStatus = .layer7Error
                    $0.errorText = text
                    $0.code = code
                }),
            .send(CheckText(bytes: Array("\(greeting)\r\n".utf8))),
            .expect(
                expectation(pattern("^(2[0-9]{2}-[^\\r]*\\r\\n)*2[0-9]{2}[ \\r]")) {
                    $0.errorStatus = .layer7Error
                    $0.errorText = text
                    $0.code = code
                }),
            .send("QUIT\r\n"),
            .expect(
                expectation(pattern("^2[0-9]{2}[- \\r]")) {
                    $0.leastBytes = 4
                    $0.errorStatus = .layer7Error
                    $0.errorText = text
                    $0.successText = text
                    $0.code = code
                }))
    }

    /// MySQL, only looked at: its greeting.
    static let mysqlGreeting = plan(endsInOrder: true, .expect(expectation(.answer(.mysqlGreeting))))

    /// MySQL: a login without a password, and a proper end.
    ///
    /// - Parameters:
    ///   - user: the user's name.
    ///   - isOld: whether the login is as it was before version 4.1.
    /// - Returns: the plan.
    static func mysql(user: String, isOld: Bool) -> CheckPlan {
        // The client's capabilities; and, since 4.1, its longest packet, its character set and an empty space.
        let flags: [UInt8] = isOld ? [0x00, 0x80, 0x00, 0x00, 0x01] : [0x00, 0x82, 0x00, 0x00, 0x00, 0x80, 0x00, 0x01]
        let space = isOld ? [] : [0x21] + [UInt8](repeating: 0, count: 23)
        let contents = flags + space + Array(user.utf8) + [0, 0]
        let header: [UInt8] = [UInt8(contents.count & 0xFF), UInt8(contents.count >> 8), 0, 1]
        let quit: [UInt8] = [1, 0, 0, 0, 1]
        return plan(
            endsInOrder: true, .send(CheckText(bytes: header + contents + quit)),
            .expect(expectation(.answer(.mysqlGreeting))), .expect(expectation(.answer(.mysqlLogin))))
    }

    /// PostgreSQL: the beginning of a login.
    ///
    /// - Parameter user: the user's name.
    /// - Returns: the plan.
    static func postgreSQL(user: String) -> CheckPlan {
        let contents: [UInt8] = [0, 3, 0, 0] + Array("user\0\(user)\0\0".utf8)
        let length = contents.count + 4
        return plan(
            endsInOrder: true,
            .send(CheckText(bytes: [0, 0, UInt8(length >> 8), UInt8(length & 0xFF)] + contents)),
            .expect(
                expectation(pattern("^E")) {
                    $0.isNegated = true
                    $0.leastBytes = 5
                    $0.errorStatus = .layer7InvalidResponse
                    $0.errorText = CheckText([.init(.answer(offset: 6, length: 0))])
                }),
            .expect(
                expectation(pattern("^52000000[A-Z0-9]{2}000000(00|02|03|04|05|06|07|09|0A)", isBinary: true)) {
                    $0.leastBytes = 9
                    $0.errorStatus = .layer7Error
                    $0.successText = "PostgreSQL server is ok"
                    $0.errorText = "PostgreSQL unknown error"
                }))
    }

    /// LDAP: an anonymous bind.
    static let ldap = plan(
        endsInOrder: false,
        .send(
            CheckText(bytes: [0x30, 0x0C, 0x02, 0x01, 0x01, 0x60, 0x07, 0x02, 0x01, 0x03, 0x04, 0x00, 0x80, 0x00])),
        .expect(expectation(.answer(.ldapBind))))

    /// HAProxy's stream processing protocol: a greeting that says it is a check.
    ///
    /// - Source: HAProxy's SPOE specification (`doc/SPOE.txt`), section 3.2.4, HAPROXY-HELLO.
    static let spop: CheckPlan = {
        func field(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
        let (textType, lengthType, flagType): (UInt8, UInt8, UInt8) = (8, 3, 0x11)
        // The longest frame, 16380, as a number of variable length.
        let length: [UInt8] = [0xFC, 0xF0, 0x06]
        let values =
            field("supported-versions") + [textType] + field("2.0") + field("max-frame-size") + [lengthType] + length
            + field("capabilities") + [textType] + field("") + field("healthcheck") + [flagType]
        // A greeting, whole, of no stream and no frame.
        let frame: [UInt8] = [1, 0, 0, 0, 1, 0, 0] + values
        return plan(
            endsInOrder: false, .send(CheckText(bytes: [0, 0, 0, UInt8(frame.count)] + frame)),
            .expect(expectation(.answer(.spopHello)) { $0.leastBytes = 4 }))
    }()

    /// SSL 3.0's first message, on which every server of TLS says something, be it that it is too old.
    static let tlsHello: CheckPlan = {
        let ciphers = (Array(0x01...0x1B) + Array(0x2F...0x3A)).flatMap { [UInt8(0), UInt8($0)] }
        let tail = Array("HAPROXYSSLCHK\nHAPROXYSSLCHK\n".utf8) + [0, 0, UInt8(ciphers.count)] + ciphers + [1, 0]
        let hello = CheckText([
            .init(.bytes([0x16, 0x03, 0x00, 0x00, 0x79, 0x01, 0x00, 0x00, 0x75, 0x03, 0x00])), .init(.wireSeconds),
            .init(.bytes(tail)),
        ])
        return plan(
            endsInOrder: false, .send(hello),
            .expect(
                expectation(pattern("^1[56]", isBinary: true)) {
                    $0.leastBytes = 5
                    $0.successStatus = .layer6OK
                    $0.errorStatus = .layer6Error
                    $0.timeoutStatus = .layer6Timeout
                }))
    }()

    /// AMQP 0-9-1: whatever is asked of the broker; an alarm there leaves it for the time when no better server is left.
    ///
    /// - Parameter check: what is asked.
    /// - Returns: the plan.
    static func amqp(_ check: AMQPCheck) -> CheckPlan {
        var plan = plan(endsInOrder: true, .amqp(check))
        plan.conditionalState = .degraded
        return plan
    }

    // MARK: Parts

    private static func plan(endsInOrder: Bool, _ actions: CheckPlan.Action...) -> CheckPlan {
        var connection = CheckPlan.Connection()
        connection.usesServerDefaults = true
        connection.endsInOrder = endsInOrder
        let all = [.connect(connection)] + actions
        // HAProxy counts the connection where it asks for one that ends in order.
        let first = endsInOrder ? 1 : 0
        return CheckPlan(
            .answers, all.enumerated().map { CheckPlan.Step(number: $0.offset + first, action: $0.element) })
    }

    private static func expectation(
        _ match: CheckExpectation.Match, _ change: (inout CheckExpectation) -> Void = { _ in }
    ) -> CheckExpectation {
        var expectation = CheckExpectation(match)
        change(&expectation)
        return expectation
    }

    private static func pattern(_ text: String, isBinary: Bool = false) -> CheckExpectation.Match {
        do {
            return .pattern(try BytePattern(text), isBinary: isBinary)
        } catch {
            preconditionFailure("an expression of our own is right: \(error)")
        }
    }
}
