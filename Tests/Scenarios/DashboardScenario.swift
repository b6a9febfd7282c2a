import Foundation
import Testing

extension Scenarios {
    /// The dashboard in a real browser, with a history whose times are known.
    @Suite("The dashboard")
    struct Dashboard {
        /// A part of a lane as the browser has drawn it, in shares of the lane's width.
        private struct DrawnPart: Decodable {
            let state: String
            let left: Double
            let width: Double
        }

        private func lane(_ browser: Browser, of data: String = "state") async throws -> [DrawnPart] {
            let text = try await browser.evaluate(
                """
                JSON.stringify([...document.querySelectorAll("svg.lane [data-\(data)]")].map((part) => {
                  const all = part.closest("svg.lane").getBoundingClientRect(), own = part.getBoundingClientRect();
                  return { state: part.dataset.\(data), left: (own.left - all.left) / all.width, width: own.width / all.width };
                }))
                """)
            return try JSONDecoder().decode([DrawnPart].self, from: Data(text.utf8))
        }

        @Test(
            "a browser draws lanes to the scale of time, and shows what happens while it looks",
            .enabled(if: Browser.isInstalled, "there is no \(Browser.path)"),
            .timeLimit(.minutes(3)))
        func browser() async throws {
            let site = try await DashboardSite()
            let browser = try await Browser(in: try TemporaryDirectory())
            try await browser.resize(width: 1280, height: 620)
            try await browser.open(site.address + "/?period=24h")
            let parts = try await lane(browser)
            let down = try #require(parts.first { $0.state == "DOWN" })
            // Some seconds have gone by since; a day has 86,400.
            #expect(abs(down.left - 0.25) < 0.005 && abs(down.width - 0.25) < 0.002, "\(down)")
            let turning = try #require(try await lane(browser, of: "turning").first)
            #expect(turning.state == "down" && abs(turning.left + turning.width - down.left) < 0.002, "\(turning)")
            #expect(abs(turning.width - 1.0 / 24) < 0.002, "\(turning)")
            let maint = try #require(parts.first { $0.state == "MAINT" })
            #expect(abs(maint.left - 21.0 / 24) < 0.005 && abs(maint.width - 1.0 / 24) < 0.002, "\(maint)")
            let up = parts.filter { $0.state == "UP" }.reduce(0) { $0 + $1.width }
            #expect(abs(up - 17.0 / 24) < 0.01, "\(parts)")

            // With the keyboard: a mark says what it stands for in a line of its own, and arrows lead on.
            let focused = try await browser.evaluate(
                "document.querySelector('svg.lane a.mark:not(.quiet)').focus(), document.getElementById('detail').textContent"
            )
            let cause = "(6 h): L4CON: Connection <b>refused; checks failed for 1 h before; 4 sessions"
            #expect(focused.hasPrefix("DOWN ") && focused.contains(cause))
            try await browser.press("ArrowRight", code: 39)
            #expect(try await browser.evaluate("document.getElementById('detail').textContent").hasPrefix("UP "))
            _ = try await browser.evaluate("document.activeElement.blur(), ''")
            try await browser.screenshot("overview-wide.png")

            // Live: the page is not loaded again, and says it all the same.
            _ = try await browser.evaluate("window.isTheSame = 'yes'")
            #expect(try await browser.evaluate("document.querySelector('.server .badge').textContent") == "UP")
            site.server.stopListening()
            try await eventually("the page shows the outage") {
                let badge = try await browser.evaluate("document.querySelector('.server .badge').textContent")
                let summary = try await browser.evaluate("document.querySelector('.summary').textContent")
                return badge == "DOWN" && summary.contains("1 of 1 server down")
            }
            #expect(try await browser.evaluate("window.isTheSame") == "yes")

            try await browser.resize(width: 420, height: 800)
            try await browser.prefer(dark: true)
            try await expectNoOverflow(browser)
            try await browser.screenshot("overview-narrow.png")
            try await browser.open(site.address + "/server/shop/shop/app?period=24h")
            #expect(try await browser.evaluate("document.querySelector('h2').textContent").contains("app"))
            #expect(try await lane(browser).contains { $0.state == "DOWN" && abs($0.width - 0.25) < 0.002 })
            // The outage left a sample, and in it how long the checks took.
            let charts = "[...document.querySelectorAll('svg.chart')].map((chart) => chart.ariaLabel).join()"
            try await eventually("the page has the chart") {
                try await browser.open(site.address + "/server/shop/shop/app?period=24h")
                return try await browser.evaluate(charts).contains("Time of a check over 24 hours: ")
            }
            try await expectNoOverflow(browser)
            try await browser.screenshot("server-narrow.png")
            try await browser.prefer(dark: false)
            try await browser.resize(width: 1280, height: 1100)
            try await browser.screenshot("server-wide.png")
            #expect(browser.complaints == [])
            try await browser.stop()
            try await site.process.stop()
        }

        @Test(
            "a user drains a server from its page, and the history says who it was and why",
            .enabled(if: Browser.isInstalled, "there is no \(Browser.path)"), .timeLimit(.minutes(2)))
        func order() async throws {
            let secrets = try TemporaryDirectory()
            let file = try secrets.write("ada:secret\n", to: "passwords")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            let site = try await DashboardSite(["--dashboard-password-file", file])
            let browser = try await Browser(in: try TemporaryDirectory())
            try await browser.resize(width: 1280, height: 800)
            let page = site.address + "/server/shop/shop/app"
            try await browser.open(page)
            #expect(try await browser.evaluate("String(document.querySelectorAll('form.act').length)") == "0")
            try await browser.send(header: "Authorization", "Basic " + Data("ada:secret".utf8).base64EncodedString())
            try await browser.open(page)
            _ = try await browser.evaluate("document.querySelector('form.act [name=reason]').value = 'new <disks>'")
            try await browser.screenshot("server-order.png")
            try await browser.follow("document.querySelector('form.act [value=drain]').click()")
            #expect(try await browser.evaluate("document.querySelector('.notice').textContent").contains("drained"))
            #expect(try await browser.evaluate("document.querySelector('h2 .badge').textContent") == "DRAIN")
            try await eventually("the history has the order") {
                let events = try await site.supervisor.run("events", "--json").output
                return events.contains(
                    "\"event\":\"DRAIN\",\"actor\":\"dashboard (ada at 127.0.0.1)\",\"reason\":\"new <disks>\"")
            }
            #expect(browser.complaints == [])
            try await browser.stop()
            try await site.process.stop()
        }

        private func expectNoOverflow(_ browser: Browser) async throws {
            let widths = try await browser.evaluate("`${document.documentElement.scrollWidth} ${innerWidth}`")
            let numbers = widths.split(separator: " ").compactMap { Int($0) }
            #expect(numbers.count == 2 && numbers[0] <= numbers[1], "wider than the window: \(widths)")
        }

        @Test("an address that another program has keeps no instance from running, and is taken when it is free")
        func takenAddress() async throws {
            let directory = try TemporaryDirectory()
            let supervisor = try Supervisor(in: directory)
            let server = try FakeServer(serve: FakeServer.echo)
            let other = try FakeServer(serve: FakeServer.echo)
            let port = try HeldPort()
            try supervisor.configure(
                "shop", PlainInstance(name: "shop", bind: port, servers: ["app \(server.address.address)"]).text)
            let process = try await supervisor.up(
                ["--dashboard", other.address.address], listeningOn: [port])
            for text in [
                "cannot serve the dashboard on \(other.address.address): Address already in use; the instances run",
                "not served on \(other.address.address) yet",
            ] {
                try await eventually("'\(text)' is told: \(process.errorOutput)") { process.errorOutput.contains(text) }
            }
            other.stopListening()
            try await eventually("the dashboard is served: \(process.errorOutput)") {
                process.errorOutput.contains("the dashboard is served now: http://\(other.address.address)/")
            }
            try await process.stop()
        }

        @Test("the stream goes on after what a client knows, and ends with the supervisor")
        func stream() async throws {
            let site = try await DashboardSite()
            let known = try await Self.messages(of: site, after: "0.0") { $0.contains("\"to\":\"MAINT\"") }
            #expect(known.components(separatedBy: "event: transition\n").count >= 5)
            // The number of the third transition: the outage is no news any more, and the maintenance is.
            let numbers = known.components(separatedBy: "\nid: ").dropFirst().map { $0.prefix { $0 != "\n" } }
            let third = try #require(numbers.dropFirst(3).first)
            let rest = try await Self.messages(of: site, after: String(third)) { $0.contains("\"to\":\"MAINT\"") }
            #expect(!rest.contains("\"to\":\"DOWN\""))
            // Somebody listens still: that keeps nothing from ending.
            guard let listener = try await Socket.connect(port: site.dashboard.port) else {
                throw ScenarioError("refused")
            }
            try await listener.write(Array("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            _ = try await listener.read(exactly: 12)
            site.process.signal(SIGTERM)
            #expect(try await site.process.waitUntilExit() == .code(0))
        }

        private static func messages(
            of site: DashboardSite, after position: String, until isEnough: (String) -> Bool
        ) async throws -> String {
            guard let socket = try await Socket.connect(port: site.dashboard.port) else {
                throw ScenarioError("refused")
            }
            let request = "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: \(position)\r\n\r\n"
            try await socket.write(Array(request.utf8))
            var text = ""
            while !isEnough(text) {
                guard case .bytes(let bytes) = try await socket.read(within: .seconds(20)) else {
                    throw ScenarioError("the stream ended: \(text)")
                }
                text += String(decoding: bytes, as: UTF8.self)
            }
            return text
        }
    }
}
