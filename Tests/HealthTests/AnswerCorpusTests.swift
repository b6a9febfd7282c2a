import Foundation
import Model
import Testing

@testable import Health

/// The inputs that fuzzing has kept (`Scripts/fuzz answer merge`): each reaches code that no other one does.
@Suite("kept answers of fuzzing")
struct AnswerCorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz/Corpus/answer")

    private static let plans: [CheckPlan] = {
        let amqp = CheckPlan.Action.amqp(AMQPCheck(login: .init(user: "u", password: "p"), publishes: true))
        let answers = [CheckAnswer.mysqlGreeting, .mysqlLogin, .ldapBind, .spopHello, .agentLine].map {
            CheckPlan.Action.expect(CheckExpectation(.answer($0)))
        }
        return ([amqp] + answers).map { action in
            let actions = [CheckPlan.Action.connect(CheckPlan.Connection()), action]
            return CheckPlan(
                .answers, actions.enumerated().map { CheckPlan.Step(number: $0.offset, action: $0.element) })
        }
    }()

    /// How a check ends that hears this, so many bytes at a time.
    private func verdict(_ plan: CheckPlan, _ answer: ArraySlice<UInt8>, piece size: Int) -> CheckResult {
        var conversation = CheckConversation(plan, with: CheckParty(proxy: "b", server: "s"))
        var demand = conversation.begin()
        var rest = answer
        while true {
            switch demand {
            case .connect: demand = conversation.connected()
            case .send: demand = conversation.sent()
            case .listen where rest.isEmpty: demand = conversation.heardEnd()
            case .listen:
                let piece = rest.prefix(size)
                rest = rest.dropFirst(piece.count)
                demand = conversation.heard(piece)
            case .pause: demand = .listen
            case .end(let result): return result
            }
        }
    }

    @Test("a check ends the same way, in whatever pieces it hears an answer")
    func inputs() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        try #require(names.count > 4)
        for name in names {
            let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name))).dropFirst(2)
            for plan in Self.plans {
                let whole = verdict(plan, bytes, piece: max(bytes.count, 1))
                #expect(verdict(plan, bytes, piece: 1) == whole, "\(name)")
                #expect(verdict(plan, bytes, piece: 7) == whole, "\(name)")
            }
        }
    }
}
