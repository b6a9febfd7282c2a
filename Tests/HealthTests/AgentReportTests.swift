import Model
import Testing

@testable import Health

/// Every word of an agent, and what is told of it; the texts are HAProxy's.
@Suite("AgentReport")
struct AgentReportTests {
    private static func report(_ line: String) -> AgentReport { AgentReport(line.utf8) }

    @Test(
        "what is told of an answer",
        arguments: [
            ("up", CheckStatus.layer7OK, "via agent : up"),
            ("UP # back  again ", .layer7OK, "via agent : UP (back  again )"),
            (" \t,up", .layer7OK, "via agent : up"),
            ("down", .layer7Error, "via agent : down"),
            ("down #so tired", .layer7Error, "via agent : down (so tired)"),
            ("stopped", .layer7Error, "via agent : stopped"),
            ("fail #x", .layer7Error, "via agent : fail (x)"),
            ("fail#x", .noChange, "agent reports an error : fail#x"),
            ("up foo bar", .layer7OK, "via agent : up (foo)"),
            ("up foo #bar", .layer7OK, "via agent : up (foo)"),
            ("down foo #real", .layer7Error, "via agent : down (real)"),
            ("down foo", .layer7Error, "via agent : down (foo)"),
            ("up down", .layer7Error, "via agent : down"),
            ("down,up", .layer7OK, "via agent : up"),
            ("50%", .noChange, ""),
            ("-5%", .noChange, "agent reports an error : -5%"),
            ("10", .noChange, "agent reports an error : 10"),
            ("", .noChange, ""),
        ])
    func results(line: String, status: CheckStatus, detail: String) {
        let result = Self.report(line).result(warning: nil)
        #expect(result.status == status)
        #expect(result.detail == detail)
        #expect(result.code == (status == .noChange ? nil : 0))
    }

    @Test("of words of one kind the last counts, and of words that mean nothing the first")
    func lastWords() {
        let report = Self.report("20% drain maxconn:5 x up 30% MAINT maxconn:7 y down")
        #expect(report.weight == "30%")
        #expect(report.order == .maint)
        #expect(report.sessionLimit == "7")
        #expect(report.unknown == "x")
        #expect(report.healthWord == "down")
        #expect(!report.isUp)
    }

    @Test("a warning is told where the agent's own reason leaves room")
    func warnings() {
        #expect(Self.report("up #fine").result(warning: "w").detail == "via agent : up (w)")
        #expect(Self.report("down").result(warning: "w").detail == "via agent : down (w)")
        #expect(Self.report("down #bad").result(warning: "w").detail == "via agent : down (bad)")
        #expect(Self.report("10x%").result(warning: "w").detail == "agent warns : w")
        #expect(Self.report("x 10x%").result(warning: "w").detail == "agent reports an error : x")
    }

    @Test("a long answer is cut")
    func cut() {
        let detail = Self.report("up \(String(repeating: "x", count: 300))").result(warning: nil).detail
        #expect(detail.utf8.count == AgentReport.longestDetail)
    }

    @Test(
        "an answer is a line with an end",
        arguments: [
            ("up\n", true), ("up\r\n", true), ("up\rdown\n", true), ("up", false), ("up\0down\n", false), ("\n", true),
        ])
    func lines(bytes: String, isWhole: Bool) {
        let actions: [CheckPlan.Action] = [
            .connect(CheckPlan.Connection()), .expect(CheckExpectation(.answer(.agentLine))),
        ]
        let plan = CheckPlan(.answers, actions.map { CheckPlan.Step(number: 2, action: $0) })
        var conversation = CheckConversation(plan, with: CheckParty(proxy: "b", server: "s"))
        _ = conversation.begin()
        #expect(conversation.connected() == .listen)
        let demand = conversation.heard(bytes.utf8)
        #expect((demand == .listen) == !isWhole)
        #expect((conversation.agentReport != nil) == isWhole)
        guard !isWhole else { return }
        #expect(
            conversation.heardEnd()
                == .end(CheckResult(status: .noChange, detail: "Ignoring incomplete line from agent")))
    }
}
