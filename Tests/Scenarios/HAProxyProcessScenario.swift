import Foundation
import Testing

extension Scenarios {
    @Suite("The process that the files ask for")
    struct HAProxyProcesses {
        @Test("'daemon' and 'pidfile' are as -D and -p; -db goes before them")
        func daemon() async throws {
            let setUp = try HAProxySetUp()
            try setUp.configure(global: ["daemon", "pidfile \(setUp.pidFile)"])
            let starter = try setUp.launch()
            #expect(try await starter.waitUntilExit() == .code(0))
            let number = try setUp.writtenNumber()
            defer { kill(number, SIGKILL) }
            #expect(try await Socket.connect(port: setUp.port.port) != nil)
            #expect(getsid(number) == number)
            kill(number, SIGTERM)
            try await eventually("its end") { kill(number, 0) != 0 }
            try FileManager.default.removeItem(atPath: setUp.pidFile)
            let foreground = try await setUp.start(["-db"])
            #expect(!FileManager.default.fileExists(atPath: setUp.pidFile))
            try await foreground.stop()
        }

        @Test("a process that cannot listen leaves no pid file behind")
        func noNumber() async throws {
            let setUp = try HAProxySetUp()
            let other = try FakeServer { _ in }
            try setUp.configure(on: other.address)
            let starter = try setUp.launch(["-D", "-p", setUp.pidFile])
            #expect(try await starter.waitUntilExit() == .code(1))
            #expect(!FileManager.default.fileExists(atPath: setUp.pidFile))
        }

        @Test("an init script's start, reloads with -sf and the pid file, and stop refuse nobody under load")
        func initScript() async throws {
            let setUp = try HAProxySetUp()
            let words = ["-D", "-p", setUp.pidFile]
            #expect(try await setUp.launch(words).waitUntilExit() == .code(0))
            var number = try setUp.writtenNumber()
            defer { kill(number, SIGKILL) }
            let (answers, answered) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
            let load = Task { try await setUp.load(telling: answered) }
            for _ in 0..<3 {
                for await () in answers { break }
                let old = number
                #expect(try await setUp.launch(words + ["-sf", "\(old)"]).waitUntilExit() == .code(0))
                number = try setUp.writtenNumber()
                #expect(number != old)
                try await eventually("process \(old) has ended") { kill(old, 0) != 0 }
            }
            load.cancel()
            let outcome = try await load.value
            #expect(outcome.refused == 0 && outcome.broken == [])
            #expect(outcome.answered > 0)
            kill(number, SIGTERM)
            try await eventually("its end") { kill(number, 0) != 0 }
        }

        @Test("an address that the old process alone may have is given up for -sf, and sessions go on")
        func unshared() async throws {
            let setUp = try HAProxySetUp()
            let old = try await setUp.start(["-dR"])
            let session = try await setUp.session()
            let new = try setUp.launch(["-sf", "\(old.processID)"])
            try await eventually("the old one stops for good; \(new.errorOutput)") {
                old.errorOutput.contains(" : Proxy shop stopped ")
            }
            #expect(old.errorOutput.contains(" : Paused proxy shop."))
            #expect(try await Socket.connect(port: setUp.port.port) != nil)
            try await session.write(Array("still here".utf8))
            #expect(try await session.read(exactly: 10) == Array("still here".utf8))
            session.finishWriting()
            #expect(try await old.waitUntilExit() == .code(0))
            try await new.stop()
        }

        @Test("hard-stop-after ends the sessions that a soft stop waits for, and the process with 0")
        func hardStop() async throws {
            let setUp = try HAProxySetUp()
            try setUp.configure(global: ["hard-stop-after 300ms"])
            let process = try await setUp.start()
            let session = try await setUp.session()
            process.signal(SIGUSR1)
            #expect(try await process.waitUntilExit() == .code(0))
            #expect(try await session.readToEnd().bytes.isEmpty)
            #expect(process.errorOutput.contains(" : soft-stop running for too long, performing a hard-stop."))
            #expect(process.errorOutput.contains(" : Proxy shop hard-stopped (1 remaining conns will be closed)."))
        }

        @Test("within 'grace' a soft stop still accepts")
        func grace() async throws {
            let setUp = try HAProxySetUp()
            try setUp.configure(global: ["grace 1s"])
            let process = try await setUp.start()
            let begun = ContinuousClock.now
            process.signal(SIGUSR1)
            try await eventually("the order; \(process.errorOutput)") {
                process.errorOutput.contains("Scheduling a soft-stop in 1000 ms.")
            }
            let isWaiting = !process.errorOutput.contains("Grace period expired")
            let isAccepted = try await Socket.connect(port: setUp.port.port) != nil
            // A machine that is busy enough gets here when the second is over.
            #expect(isWaiting && isAccepted || ContinuousClock.now - begun > .seconds(1))
            #expect(try await process.waitUntilExit() == .code(0))
            #expect(process.errorOutput.contains("Grace period expired, proceeding with soft-stop now."))
        }

        @Test("a user that nobody knows keeps it from running")
        func refused() async throws {
            let setUp = try HAProxySetUp()
            try setUp.configure(global: ["user nobody-of-this-name"])
            let process = try setUp.launch(["-c"])
            #expect(try await process.waitUntilExit() == .code(1))
            #expect(process.errorOutput.contains("cannot find user id for 'nobody-of-this-name'"))
        }

        @Test("ulimit-n beyond what the system gives is an error, and a warning without strict limits")
        func descriptors() async throws {
            let setUp = try HAProxySetUp()
            // More than any kernel has (fs.nr_open is at most 2^31 - 64 or so, and much less by default).
            try setUp.configure(global: ["ulimit-n 2147483647"])
            let refused = try setUp.launch()
            #expect(try await refused.waitUntilExit() == .code(1))
            #expect(refused.errorOutput.contains("[haproxy.main()] Cannot raise FD limit to 2147483647, limit is "))
            try setUp.configure(global: ["ulimit-n 2147483647", "no strict-limits"])
            let process = try await setUp.start()
            #expect(process.errorOutput.contains("[haproxy.main()] Cannot raise FD limit to 2147483647, limit is "))
            try await process.stop()
        }

        @Test("zero-warning refuses files with a warning")
        func zeroWarning() async throws {
            let setUp = try HAProxySetUp()
            try setUp.configure(global: ["zero-warning"])
            try #require(try await setUp.launch(["-c"]).waitUntilExit() == .code(0))
            try setUp.configure(global: ["zero-warning", "pidfile /a", "pidfile /b"])
            let process = try setUp.launch(["-c"])
            #expect(try await process.waitUntilExit() == .code(1))
            #expect(process.errorOutput.contains("Some warnings were found and 'zero-warning' is set. Aborting."))
        }
    }
}
