import Synchronization

/// A server that answers each question, of one line, with what it was told to say; several programs ask the same one, each in
/// words of its own.
final class LineOracle: Sendable {
    private struct State {
        var answer: String
        /// How often each asked since the answer was changed, by what it said.
        var questions: [String: Int] = [:]
        /// The questions since the beginning, each once.
        var heard: Set<String> = []
    }

    // Owner: the mutex.
    private let state: Mutex<State>
    private let server = Mutex<FakeServer?>(nil)

    /// Begins to answer.
    ///
    /// - Parameters:
    ///   - answer: what it says at first.
    ///   - ends: what a question ends with.
    /// - Throws: when there is no port.
    init(_ answer: String, questionsEndWith ends: Set<Character> = ["\n", "\r\n"]) throws {
        state = Mutex(State(answer: answer))
        let server = try FakeServer { [weak self] client in
            var question = ""
            while !(question.last.map(ends.contains) ?? false), case .bytes(let bytes) = try await client.read() {
                question += String(decoding: bytes, as: UTF8.self)
            }
            guard let answer = self?.answer(to: question) else { return }
            try await client.write(Array(answer.utf8))
            client.finishWriting()
        }
        self.server.withLock { $0 = server }
    }

    /// Where it is asked.
    var port: Int { server.withLock { $0?.address.port ?? 0 } }

    /// What was asked so far.
    var questions: Set<String> { state.withLock { $0.heard } }

    private func answer(to question: String) -> String {
        state.withLock {
            $0.questions[question, default: 0] += 1
            $0.heard.insert(question)
            return $0.answer
        }
    }

    /// Answers so from now on, and waits until two programs have each asked, believed the answer and asked again.
    ///
    /// - Parameters:
    ///   - answer: what it says.
    ///   - times: how often a program has to hear it to believe it.
    /// - Throws: when they don't ask any more.
    func say(_ answer: String, believedAfter times: Int = 1) async throws {
        state.withLock {
            $0.answer = answer
            $0.questions = [:]
        }
        try await eventually("both have heard '\(answer)'") {
            // One question may have been on its way already, and the last one may not be answered yet.
            state.withLock { $0.questions.values.count { $0 > times + 1 } == 2 }
        }
    }
}
