import Foundation
import Testing

extension Scenarios {
    /// Whether people can read the dashboard, and go through it without a pointer: looked at in a real browser.
    @Suite("Access to the dashboard")
    struct DashboardAccess {
        /// What `Clients/contrast.js` found.
        private struct Contrasts: Decodable {
            let texts: Int
            let shapes: Int
            let faults: [String]
            let paper: String
        }

        @Test(
            "text and lanes stand out from what they lie on, on light and on dark screens",
            .enabled(if: Browser.isInstalled, "there is no \(Browser.path)"), .timeLimit(.minutes(3)))
        func contrast() async throws {
            let script = try String(
                contentsOfFile: "\(Repository.root)/Tests/Scenarios/Clients/contrast.js", encoding: .utf8)
            let site = try await DashboardSite()
            let browser = try await Browser(in: try TemporaryDirectory())
            try await browser.resize(width: 1280, height: 900)
            var papers: Set<String> = []
            for dark in [false, true] {
                try await browser.prefer(dark: dark)
                for (name, path, texts, shapes) in [
                    ("overview", "/?period=24h", 20, 5), ("server", "/server/shop/shop/app?period=24h", 60, 5),
                    ("events", "/events", 5, 0),
                ] {
                    try await browser.open(site.address + path)
                    let answer = try await browser.evaluate(script)
                    let found = try JSONDecoder().decode(Contrasts.self, from: Data(answer.utf8))
                    #expect(found.faults == [], "\(name), \(dark ? "dark" : "light")")
                    #expect(found.texts >= texts && found.shapes >= shapes, "\(name): \(answer)")
                    papers.insert(found.paper)
                    _ = try await browser.evaluate("scrollTo(0, 0), ''")
                    try await browser.screenshot("\(name)-\(dark ? "dark" : "light").png")
                }
            }
            #expect(papers.count == 2, "a dark page has another colour")
            #expect(browser.complaints == [])
            try await browser.stop()
            try await site.process.stop()
        }

        @Test(
            "without scripts the pages are whole, and their links lead on",
            .enabled(if: Browser.isInstalled, "there is no \(Browser.path)"), .timeLimit(.minutes(2)))
        func withoutScripts() async throws {
            let site = try await DashboardSite()
            let browser = try await Browser(in: try TemporaryDirectory())
            try await browser.resize(width: 1280, height: 700)
            try await browser.allowScripts(false)
            try await browser.open(site.address + "/?period=24h")
            #expect(try await browser.evaluate("document.getElementById('live').className") == "live")
            #expect(
                try await browser.evaluate("document.querySelector('.summary').textContent").contains("all is well"))
            let states =
                "[...document.querySelectorAll('svg.lane [data-state]')].map((part) => part.dataset.state).join()"
            let drawn = try await browser.evaluate(states).split(separator: ",")
            #expect(drawn.contains("UP") && drawn.contains("DOWN") && drawn.contains("MAINT"), "\(drawn)")
            // To the server's page by its link, and from there to the transition by that of the lane.
            for (link, sign) in [(".server a", "h2 .badge"), ("svg.lane a.mark:not(.quiet)", "tr[id].chosen")] {
                let address = try await browser.evaluate("document.querySelector('\(link)').getAttribute('href')")
                try await browser.open(site.address + address)
                #expect(
                    try await browser.evaluate("String(document.querySelector('\(sign)') !== null)") == "true",
                    "\(address)")
            }
            #expect(browser.complaints == [])
            try await browser.stop()
            try await site.process.stop()
        }

        @Test(
            "the keyboard reaches every part of a lane, which says its times, cause and sessions, and leads on",
            .enabled(if: Browser.isInstalled, "there is no \(Browser.path)"), .timeLimit(.minutes(3)))
        func keyboard() async throws {
            let site = try await DashboardSite()
            let browser = try await Browser(in: try TemporaryDirectory())
            try await browser.resize(width: 1280, height: 700)
            try await browser.open(site.address + "/?period=24h")
            let isInLane = "String(!!(document.activeElement && document.activeElement.closest('svg.lane')))"
            var steps = 0
            while try await browser.evaluate(isInLane) == "false" {
                steps += 1
                try #require(steps < 60, "the tab key gets to the lane")
                try await browser.press("Tab", code: 9)
            }
            // The first that stands out.
            #expect(try await told(browser).hasPrefix("DOWN "))
            try await browser.press("Home", code: 36)
            var said: [String] = [try await told(browser)]
            while steps < 100 {
                steps += 1
                #expect(try await isVisible(browser), "\(said.last ?? "")")
                try await browser.press("ArrowRight", code: 39)
                let next = try await told(browser)
                if next == said.last { break }
                said.append(next)
            }
            let parts = try await browser.evaluate("String(document.querySelectorAll('svg.lane [data-state]').length)")
            #expect(String(said.count) == parts, "\(said)")
            let states = said.map { String($0.prefix { $0 != " " }) }.filter { $0 != "UNKNOWN" }
            #expect(states.starts(with: ["UP", "DOWN", "UP", "MAINT", "UP"]), "\(said)")
            let down = try #require(said.first { $0.hasPrefix("DOWN") })
            #expect(down.contains(clock(site, hoursAgo: 18)) && down.contains(clock(site, hoursAgo: 12)), "\(down)")
            #expect(down.contains("L4CON: Connection <b>refused") && down.contains("4 sessions on it"), "\(down)")
            let up = try #require(said.first { $0.hasPrefix("UP") && $0.contains(clock(site, hoursAgo: 12)) })
            #expect(up.contains(clock(site, hoursAgo: 3)), "\(up)")

            // From one that is down to its transition on the server's page.
            _ = try await browser.evaluate("document.querySelector('svg.lane a.mark:not(.quiet)').focus(), ''")
            try await browser.press("Enter", code: 13, text: "\r")
            try await eventually("the transition's page") {
                try await browser.evaluate("location.pathname + location.search").hasPrefix("/server/shop/shop/app?at=")
            }
            try await eventually("the transition is marked") {
                try await browser.evaluate("String(document.querySelector('tr[id].chosen') !== null)") == "true"
            }
            #expect(try await browser.evaluate("document.querySelector('tr[id].chosen').textContent").contains("DOWN"))
            #expect(browser.complaints == [])
            try await browser.stop()
            try await site.process.stop()
        }

        /// What the line says that tells of the mark with the keyboard.
        private func told(_ browser: Browser) async throws -> String {
            try await browser.evaluate(
                "document.getElementById('detail').hidden ? '' : document.getElementById('detail').textContent")
        }

        /// Whether the part that has the keyboard looks like it.
        private func isVisible(_ browser: Browser) async throws -> Bool {
            let stroke = "getComputedStyle(document.activeElement.querySelector('rect, path')).stroke"
            return try await browser.evaluate(stroke) != "none"
        }

        /// What a clock here showed at a moment of the site's history.
        private func clock(_ site: DashboardSite, hoursAgo hours: Double) -> String {
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.dateFormat = "HH:mm:ss"
            return format.string(from: site.now.addingTimeInterval(-hours * 3600 + 0.001))
        }
    }
}
