import Health
import Model

/// Plays a server that says whatever libFuzzer makes up to a check; the first byte chooses the check, the second one how many
/// bytes come at a time.
///
/// Every check ends with a verdict once nothing more comes, and keeps no more of what it hears than it is allowed to.
@_cdecl("LLVMFuzzerTestOneInput")
public func hearAnswer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    guard count > 2 else { return 0 }
    let plan = plans[Int(bytes[0]) % plans.count]
    var conversation = CheckConversation(plan, with: CheckParty(proxy: "b", server: "s"))
    var demand = conversation.begin()
    var rest = bytes[2...]
    var steps = 0
    while true {
        steps += 1
        precondition(steps < 100_000, "a check of a few steps ends")
        switch demand {
        case .connect: demand = conversation.connected()
        case .send: demand = conversation.sent()
        case .listen where rest.isEmpty: demand = conversation.heardEnd()
        case .listen:
            let piece = rest.prefix(max(1, Int(bytes[1])))
            rest = rest.dropFirst(piece.count)
            demand = conversation.heard(piece)
        case .pause(let result):
            precondition(result.detail.utf8.count <= 4 * CheckConversation.longestAnswer, "words have a bound")
            precondition(conversation.isPaused, "a verdict that keeps the connection is that of a check that waits")
            // The next check is due at once, and the server says more after that.
            _ = conversation.resumed()
            demand = .listen
        case .end(let result):
            if let report = conversation.agentReport {
                let told = report.result(warning: "a warning")
                precondition(
                    told.detail.utf8.count <= 3 * AgentReport.longestDetail, "what an agent's words tell has a bound")
            }
            precondition(
                result.detail.utf8.count <= 4 * CheckConversation.longestAnswer, "a verdict's words have a bound")
            return 0
        }
    }
}

private let plans: [CheckPlan] = {
    let answer = CheckText([.init(.answer(offset: 2, length: 0), [.cutLine, .trimStart([0x20])])])
    var body = CheckExpectation(.body(Array("hello".utf8)))
    body.errorText = answer
    var header = CheckExpectation(
        .header(CheckHeaderMatch(name: [0x78], nameMethod: .prefix, value: [0x79], valueMethod: .part, isWhole: false)))
    header.code = answer
    var pattern = CheckExpectation(.pattern(expression("^(2[0-9]{2}-[^\\r]*\\r\\n)*2[0-9]{2}[ \\r]"), isBinary: false))
    pattern.successText = answer
    let digits = CheckExpectation(.pattern(expression("^52(00|0A)+x?$"), isBinary: true))
    let status = CheckExpectation(.status([200...399]))
    return [[status], [body], [header], [pattern, status], [digits]].map { plan(.http, $0) } + [
        plan(.answers, [CheckExpectation(.answer(.mysqlGreeting)), CheckExpectation(.answer(.mysqlLogin))]),
        plan(.answers, [CheckExpectation(.answer(.ldapBind))]),
        plan(.answers, [CheckExpectation(.answer(.spopHello))]),
        plan(.answers, [CheckExpectation(.answer(.agentLine))]),
        plan(.steps, [CheckExpectation(.answer(.anything)), pattern]), plan(.steps, [pattern, digits]),
        CheckPlan(
            .answers,
            [
                CheckPlan.Step(number: 1, action: .connect(CheckPlan.Connection())),
                CheckPlan.Step(
                    number: 2,
                    action: .amqp(AMQPCheck(login: AMQPCheck.Login(user: "u", password: "p"), publishes: true))),
            ]),
    ]
}()

private func plan(_ wording: CheckPlan.Wording, _ expectations: [CheckExpectation]) -> CheckPlan {
    let actions = [.connect(CheckPlan.Connection()), .send("x")] + expectations.map(CheckPlan.Action.expect)
    return CheckPlan(wording, actions.enumerated().map { CheckPlan.Step(number: $0.offset + 1, action: $0.element) })
}

private func expression(_ text: String) -> BytePattern {
    do { return try BytePattern(text) } catch { preconditionFailure("\(error)") }
}
