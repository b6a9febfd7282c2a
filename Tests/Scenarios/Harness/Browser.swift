import Foundation
import Glibc

/// Debian's Chromium without a window, driven over its debugging protocol.
///
/// Commands and answers go through two pipes, each message ending with a zero byte, so that no port is needed.
///
/// - Source: the Chrome DevTools Protocol; `--remote-debugging-pipe` reads from descriptor 3 and writes to 4.
final class Browser {
    /// Where Debian puts it.
    static let path = "/usr/bin/chromium"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// What a page or the browser complained of: errors on the console, exceptions, resources that were refused.
    private(set) var complaints: [String] = []
    private let process: TestProcess
    private let commands: Int32
    private let answers: Int32
    private var unread: [UInt8] = []
    private var waiting: [Message] = []
    private var lastNumber = 0
    private var session: String?

    /// What the browser says: an answer, if it has a number, or something that happened.
    private struct Message: Decodable {
        struct Value: Decodable {
            var type: String?
            var value: String?
            var description: String?
        }
        struct Problem: Decodable {
            var text: String?
            var level: String?
            var url: String?
            var message: String?
            var exception: Value?
        }
        struct Result: Decodable {
            var targetId: String?
            var sessionId: String?
            var result: Value?
            var data: String?
            var exceptionDetails: Problem?
        }
        struct Parameters: Decodable {
            var type: String?
            var args: [Value]?
            var entry: Problem?
            var exceptionDetails: Problem?
        }
        var id: Int?
        var method: String?
        var result: Result?
        var params: Parameters?
        var error: Problem?
    }

    /// Starts it with one empty page.
    ///
    /// - Parameter directory: where it keeps its profile.
    /// - Throws: `ScenarioError` when it doesn't come up.
    init(in directory: TemporaryDirectory) async throws {
        let (input, output) = ("\(directory.path)/commands", "\(directory.path)/answers")
        guard mkfifo(input, 0o600) == 0, mkfifo(output, 0o600) == 0 else { throw ScenarioError("mkfifo in \(input)") }
        // Open for both, so that neither waits for the other to open its end.
        commands = Glibc.open(input, O_RDWR | O_CLOEXEC)
        answers = Glibc.open(output, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard commands >= 0, answers >= 0 else { throw ScenarioError("open \(input) or \(output)") }
        let profile = try directory.directory("profile")
        process = try TestProcess(
            [
                "/bin/sh", "-c", "exec \"$@\" 3<'\(input)' 4>'\(output)'", "sh", Self.path, "--headless=new",
                "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
                "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
                "--user-data-dir=\(profile)", "--remote-debugging-pipe", "about:blank",
            ], keeping: directory)
        let target = try await send("Target.createTarget", ["url": "about:blank"]).targetId ?? ""
        session = try await send("Target.attachToTarget", ["targetId": target, "flatten": true]).sessionId
        for domain in ["Page", "Runtime", "Log"] { _ = try await send("\(domain).enable") }
    }

    deinit {
        close(commands)
        close(answers)
    }

    /// Makes the window so large.
    func resize(width: Int, height: Int) async throws {
        _ = try await send(
            "Emulation.setDeviceMetricsOverride",
            ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
    }

    /// Says whether the reader likes it dark.
    func prefer(dark: Bool) async throws {
        let feature = ["name": "prefers-color-scheme", "value": dark ? "dark" : "light"]
        _ = try await send("Emulation.setEmulatedMedia", ["features": [feature]])
    }

    /// Says whether pages that are loaded from now on may run scripts.
    func allowScripts(_ isAllowed: Bool) async throws {
        _ = try await send("Emulation.setScriptExecutionDisabled", ["value": !isAllowed])
    }

    /// Sends a header with each request from now on.
    func send(header: String, _ value: String) async throws {
        _ = try await send("Network.enable")
        _ = try await send("Network.setExtraHTTPHeaders", ["headers": [header: value]])
    }

    /// Loads a page and waits until it has loaded.
    func open(_ address: String) async throws {
        waiting.removeAll { $0.method == "Page.loadEventFired" }
        _ = try await send("Page.navigate", ["url": address])
        _ = try await next("the page \(address)") { $0.method == "Page.loadEventFired" }
    }

    /// Evaluates an expression in the page.
    ///
    /// - Parameter expression: its value has to be a string.
    /// - Returns: the string.
    /// - Throws: `ScenarioError` when the page throws, or the value is something else.
    func evaluate(_ expression: String) async throws -> String {
        let result = try await send(
            "Runtime.evaluate", ["expression": expression, "returnByValue": true, "awaitPromise": true])
        guard let value = result.result?.value else {
            let words = result.exceptionDetails?.exception?.description ?? result.result?.type ?? "nothing"
            throw ScenarioError("\(expression) gave \(words)")
        }
        return value
    }

    /// Does something in the page that leads to another one, and waits until that has loaded.
    func follow(_ expression: String) async throws {
        waiting.removeAll { $0.method == "Page.loadEventFired" }
        _ = try await evaluate("\(expression), ''")
        _ = try await next("the page after \(expression)") { $0.method == "Page.loadEventFired" }
    }

    /// Presses and releases a key.
    ///
    /// - Parameters:
    ///   - key: its name.
    ///   - code: its number.
    ///   - text: what it writes, if anything.
    /// - Throws: `ScenarioError` when the browser does not take it.
    func press(_ key: String, code: Int, text: String? = nil) async throws {
        for type in [text == nil ? "rawKeyDown" : "keyDown", "keyUp"] {
            var event: [String: Any] = ["type": type, "key": key, "code": key, "windowsVirtualKeyCode": code]
            event["text"] = type == "keyDown" ? text : nil
            _ = try await send("Input.dispatchKeyEvent", event)
        }
    }

    /// Keeps a picture of the window for a person to look at.
    ///
    /// - Parameter name: the file's name.
    /// - Throws: when it cannot be taken or written.
    func screenshot(_ name: String) async throws {
        let data = try await send("Page.captureScreenshot", ["format": "png"]).data ?? ""
        guard let image = Data(base64Encoded: data), !image.isEmpty else { throw ScenarioError("no picture") }
        let folder = FileManager.default.currentDirectoryPath + "/.build/screenshots"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try image.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    /// Ends it.
    func stop() async throws {
        session = nil
        try write("Browser.close", [:])
        try await process.waitUntilExit()
    }

    // MARK: The protocol

    private func send(_ method: String, _ parameters: [String: Any] = [:]) async throws -> Message.Result {
        let number = try write(method, parameters)
        let answer = try await next("an answer to \(method)") { $0.id == number }
        if let error = answer.error { throw ScenarioError("\(method): \(error.message ?? "refused")") }
        return answer.result ?? .init()
    }

    @discardableResult
    private func write(_ method: String, _ parameters: [String: Any]) throws -> Int {
        lastNumber += 1
        var command: [String: Any] = ["id": lastNumber, "method": method, "params": parameters]
        command["sessionId"] = session
        var bytes = Array(try JSONSerialization.data(withJSONObject: command)) + [0]
        while !bytes.isEmpty {
            let count = Glibc.write(commands, bytes, bytes.count)
            guard count > 0 else { throw ScenarioError("write to the browser: \(String(cString: strerror(errno)))") }
            bytes.removeFirst(count)
        }
        return lastNumber
    }

    private func next(_ what: String, _ isIt: (Message) -> Bool) async throws -> Message {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            try readMessages()
            if let index = waiting.firstIndex(where: isIt) { return waiting.remove(at: index) }
            guard ContinuousClock.now < deadline else {
                throw ScenarioError("the browser did not say \(what): \(process.errorOutput.suffix(2000))")
            }
            if let status = process.exitStatus {
                throw ScenarioError("the browser ended with \(status): \(process.errorOutput.suffix(2000))")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Takes in what has come, and notes complaints; anything else that happens is kept only if somebody waits for it.
    private func readMessages() throws {
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(answers, &room, room.count)
            guard count > 0 else { break }
            unread += room[..<count]
        }
        while let end = unread.firstIndex(of: 0) {
            let message = try JSONDecoder().decode(Message.self, from: Data(unread[..<end]))
            unread.removeFirst(end + 1)
            switch message.method {
            case "Runtime.consoleAPICalled" where ["error", "warning", "assert"].contains(message.params?.type ?? ""):
                complaints.append((message.params?.args ?? []).compactMap { $0.value ?? $0.description }.joined())
            case "Runtime.exceptionThrown":
                let details = message.params?.exceptionDetails
                complaints.append(details?.exception?.description ?? details?.text ?? "an exception")
            case "Log.entryAdded" where ["error", "warning"].contains(message.params?.entry?.level ?? ""):
                let entry = message.params?.entry
                complaints.append("\(entry?.text ?? "") \(entry?.url ?? "")")
            case "Page.loadEventFired", nil: waiting.append(message)
            default: continue
            }
        }
    }
}
