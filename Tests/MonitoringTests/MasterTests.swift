import Testing

@testable import Monitoring

@Suite("A master's socket")
struct MasterTests {
    private static let processes = MasterProcesses(
        processID: 10, reloads: 2, failedReloads: 1, uptimeSeconds: 93_784,
        workers: [
            .init(processID: 11, reloads: 1, uptimeSeconds: 65, isCurrent: false, commandPath: "/1"),
            .init(processID: 12, reloads: 0, uptimeSeconds: 5, isCurrent: true, commandPath: "/2"),
        ])

    @Test("show proc has HAProxy's table")
    func table() {
        #expect(
            Self.processes.table(version: "2.6.12") == """
                #<PID>          <type>          <reloads>       <uptime>        <version>      \("")
                10              master          2 [failed: 1]   1d02h03m04s     2.6.12
                # workers
                12              worker          0               0d00h00m05s     2.6.12
                # old workers
                11              worker          1               0d00h01m05s     2.6.12
                # programs

                """)
    }

    @Test(
        "a prefix names the master, the worker with the traffic, or a process",
        arguments: [
            ("@", MasterTarget.master, nil), ("@master", .master, nil), ("@0", .master, nil),
            ("@1", .relative(1), 12), ("@2", .relative(2), nil), ("@!11", .process(11), 11),
            ("@!12", .process(12), 12), ("@!10", .process(10), nil),
        ] as [(String, MasterTarget, Int32?)])
    func targets(word: String, target: MasterTarget, worker: Int32?) {
        #expect(MasterTarget(word) == target)
        #expect(target.worker(among: Self.processes)?.processID == worker)
    }

    @Test("other prefixes name nobody", arguments: ["@x", "@!", "@!x", "@-1", "@!-5", "@1x", "@!0"])
    func wrongTargets(word: String) {
        #expect(MasterTarget(word) == nil)
    }

    @Test("a forwarded command means to the worker what it meant to the master")
    func forwarding() {
        let request = CommandRequest(["@1", "set", "a b", #"c;\d"#], payload: "one\ntwo\n")
        var input = CommandInput()
        input.append(request.text(droppingFirst: 1).utf8)
        for _ in 0..<3 { #expect(input.next() == .payloadLine) }
        #expect(input.next() == .command(CommandRequest(["set", "a b", #"c;\d"#], payload: "one\ntwo\n")))
        #expect(input.isEmpty)
        #expect(CommandRequest(["@1", "show", "info"]).text(droppingFirst: 1) == "show info\n")
    }
}
