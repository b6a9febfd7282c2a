import Testing

@testable import Proxy

@Suite("session end")
struct SessionEndTests {
    /// What follows from an end, in one line.
    struct Consequences: Sendable, CustomTestStringConvertible {
        var end: SessionEnd
        var termination: String
        var resetsServer = false
        var clientAbort = false
        var serverAbort = false
        var responseError = false
        var connectionError = false

        var testDescription: String { "\(end)" }
    }

    static let all: [Consequences] = [
        Consequences(end: .closed, termination: "--"),
        Consequences(end: .clientFailed, termination: "CD", resetsServer: true, clientAbort: true),
        Consequences(end: .serverFailed, termination: "SD", serverAbort: true, responseError: true),
        Consequences(end: .connectFailed, termination: "SC", connectionError: true),
        Consequences(end: .connectTimeout, termination: "sC", connectionError: true),
        Consequences(end: .noServer, termination: "SC", connectionError: true),
        Consequences(end: .queueTimeout, termination: "sQ", connectionError: true),
        Consequences(end: .queueFull, termination: "SQ", connectionError: true),
        Consequences(end: .clientAborted, termination: "CD", resetsServer: true, clientAbort: true),
        Consequences(end: .clientLeftQueue, termination: "CQ"),
        Consequences(end: .clientLeftConnecting, termination: "CC", resetsServer: true),
        Consequences(end: .exhausted, termination: "RC", connectionError: true),
        Consequences(end: .denied, termination: "PR"),
        Consequences(end: .answerDenied, termination: "PD"),
        Consequences(end: .cut, termination: "--"),
        Consequences(end: .killed(.normal), termination: "K-"),
        Consequences(end: .killed(.queue), termination: "KQ"),
        Consequences(end: .moved, termination: "M-"),
        Consequences(end: .aged, termination: "A-"),
        Consequences(end: .serverDown(isConnected: true), termination: "D-"),
        Consequences(end: .serverDown(isConnected: false), termination: "DC"),
        Consequences(end: .activeUp(isConnected: true), termination: "U-"),
        Consequences(end: .activeUp(isConnected: false), termination: "UC"),
    ]

    @Test("each end has its termination state and is counted once", arguments: all)
    func consequences(expected: Consequences) {
        let end = expected.end
        #expect(end.termination.description == expected.termination)
        #expect(end.resetsServer == expected.resetsServer)
        #expect(end.isClientAbort == expected.clientAbort)
        #expect(end.isServerAbort == expected.serverAbort)
        #expect(end.isResponseError == expected.responseError)
        #expect(end.isConnectionError == expected.connectionError)
    }
}
