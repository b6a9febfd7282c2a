import Foundation
import History
import Model
import Supervision
import Testing

@testable import Monitoring

@Suite("Metrics")
struct MetricsTests {
    @Test(
        "a query chooses metrics as HAProxy's does",
        arguments: [
            ("", MetricSelection.Scopes.all), ("scope=global", MetricSelection.Scopes.global),
            ("scope=frontend&scope=server", [.frontend, .server]), ("scope=", []), ("scope=frontend&scope=", []),
            ("scope=*", .all), ("foo=1", .all), ("no-maint", .all), ("scope=sticktable", []),
            ("scope=backend&no-maint", .backend), ("scope=supervise", .own),
        ] as [(String, MetricSelection.Scopes)])
    func scopes(query: String, scopes: MetricSelection.Scopes) throws {
        let selection = try #require(MetricSelection(query: query))
        #expect(selection.scopes == scopes)
        #expect(selection.hidesMaintenance == query.contains("no-maint"))
    }

    @Test("a query for what there isn't is refused", arguments: ["scope=bogus", "scope", "scope=backend;scope=server"])
    func unknownScope(query: String) { #expect(MetricSelection(query: query) == nil) }

    @Test(
        "the format is the one that the client likes best",
        arguments: [
            (nil, MetricFormat.text), ("*/*", .text), ("text/plain", .text),
            ("application/openmetrics-text; version=1.0.0", .openMetrics),
            ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", .openMetrics),
            ("application/openmetrics-text;q=0.1, text/plain;q=0.9", .text),
            ("application/openmetrics-text;q=0", .text),
            (";;,=q", .text),
        ])
    func formats(accept: String?, format: MetricFormat) { #expect(MetricFormat(accept: accept) == format) }

    @Test("each family is written once, with its help, its kind and at least one line")
    func families() {
        for format in [MetricFormat.text, .openMetrics] {
            let text = report(format)
            let helps = text.split(separator: "\n").filter { $0.hasPrefix("# HELP ") }.map {
                $0.split(separator: " ")[2]
            }
            #expect(helps.count >= 190)
            #expect(Set(helps).count == helps.count)
            #expect(text.split(separator: "\n").count { $0.hasPrefix("# TYPE ") } == helps.count)
        }
    }

    @Test("labels, states and times are HAProxy's")
    func lines() {
        let text = report(.text)
        for line in [
            #"haproxy_frontend_current_sessions{proxy="rabbitmq_warren"} 3"#,
            #"haproxy_frontend_status{proxy="rabbitmq_warren",state="UP"} 1"#,
            #"haproxy_server_status{proxy="rabbitmq_warren",server="rabbit",state="DOWN"} 1"#,
            #"haproxy_server_check_status{proxy="rabbitmq_warren",server="rabbit",state="L4CON"} 1"#,
            #"haproxy_server_queue_limit{proxy="rabbitmq_warren",server="rabbit"} NaN"#,
            #"haproxy_server_total_time_average_seconds{proxy="rabbitmq_warren",server="rabbit"} 0.302000"#,
            #"haproxy_backend_max_total_time_seconds{proxy="rabbitmq_warren"} 3.108000"#,
            #"haproxy_backend_agg_server_status{proxy="rabbitmq_warren",state="UP"} 1"#,
            #"haproxy_frontend_http_responses_total{proxy="private_monitoring",code="2xx"} 3"#,
            #"haproxy_process_build_info{version="0.1.0"} 1"#, "haproxy_process_current_zlib_memory NaN",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
        #expect(!text.contains(#"haproxy_frontend_http_requests_total{proxy="rabbitmq_warren"}"#))
        #expect(!text.contains(#"haproxy_backend_agg_server_status{proxy="private_monitoring""#))
    }

    @Test("what the supervisor, the history and the loop say is there as well")
    func own() {
        var snapshot = SnapshotFixtures.warrenOnBackup
        snapshot.droppedLogLines = 7
        snapshot.turns.count(9_000)
        snapshot.turns.count(2_000_000)
        snapshot.turns.count(5_000_000_000)
        snapshot.proxies[0].servers[0].transitions = [.down: 4]
        let text = report(.text, snapshot)
        #expect(!text.contains("flapping"), "there is no history to say so")
        var vitals = vitals(snapshot)
        let rabbit = ServerIdentity(instance: snapshot.instance, proxy: "rabbitmq_warren", server: "rabbit")
        vitals.flapping = [rabbit: Flapping(changes: [], now: Timestamp(millisecondsSinceEpoch: 0))]
        let flapping = MetricsReport.text(of: vitals, process, MetricSelection(), as: .text)
        #expect(flapping.contains("\nsupervise_server_flapping{proxy=\"rabbitmq_warren\",server=\"rabbit\"} 1\n"))
        #expect(flapping.components(separatedBy: "\nsupervise_server_flapping{").count > 2)
        for line in [
            #"supervise_build_info{version="0.1.0"} 1"#, #"supervise_instance_state{name="warren",state="RUNNING"} 1"#,
            #"supervise_instance_state{name="warren",state="BACKOFF"} 0"#,
            #"supervise_server_transitions_total{proxy="rabbitmq_warren",server="rabbit",to="DOWN"} 4"#,
            #"supervise_server_transitions_total{proxy="rabbitmq_warren",server="rabbit",to="UP"} 0"#,
            "supervise_log_lines_dropped_total 7", "supervise_history_queued_records 3",
            "supervise_history_dropped_records_total 5", "supervise_history_failing 0",
            #"supervise_loop_turn_seconds_bucket{le="0.00001"} 1"#, #"supervise_loop_turn_seconds_bucket{le="0.01"} 2"#,
            #"supervise_loop_turn_seconds_bucket{le="1.0"} 2"#, #"supervise_loop_turn_seconds_bucket{le="+Inf"} 3"#,
            "supervise_loop_long_turns_total 1", "supervise_loop_turn_seconds_sum 5.002009000",
            "supervise_loop_turn_seconds_count 3",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
    }

    @Test("in OpenMetrics a counter's family has no suffix, and what is no number has no line")
    func openMetrics() {
        let text = report(.openMetrics)
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(text.contains("# TYPE haproxy_frontend_sessions counter\nhaproxy_frontend_sessions_total{"))
        #expect(text.contains("# TYPE haproxy_process_failed_resolutions unknown\n"))
        #expect(!text.contains("NaN"))
    }

    @Test("names cannot break out of a label")
    func escaping() {
        var snapshot = SnapshotFixtures.warrenOnBackup
        snapshot.proxies[0].name = "a\"} 1\nb\\"
        #expect(report(.text, snapshot).contains(#"haproxy_frontend_current_sessions{proxy="a\"} 1\nb\\"} 3"#))
    }

    @Test("servers in maintenance are left out when that is asked for, and an instance without worker has its state")
    func leftOut() throws {
        var snapshot = SnapshotFixtures.warrenOnBackup
        snapshot.proxies[0].servers[0].administrative = .maint
        let selection = try #require(MetricSelection(query: "no-maint"))
        let text = MetricsReport.text(of: vitals(snapshot), process, selection, as: .text)
        #expect(!text.contains(#"haproxy_server_weight{proxy="rabbitmq_warren",server="rabbit"}"#))
        #expect(text.contains(#"haproxy_server_weight{proxy="rabbitmq_warren",server="rabbit_backup"}"#))
        let stopped = MetricsReport.text(of: vitals(nil), process, MetricSelection(), as: .text)
        #expect(stopped.contains("supervise_instance_state"))
        #expect(!stopped.contains("haproxy_"))
    }

    @Test("they are at /metrics of every statistics address, in the client's format and behind its password")
    func served() async throws {
        try await SurfaceFixture.run { fixture in
            let plain = try await ask("GET /metrics?scope=global HTTP/1.1\r\n", fixture)
            #expect(plain.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(plain.contains("\r\ncontent-type: text/plain; version=0.0.4\r\n"))
            #expect(plain.contains("\nhaproxy_process_nbproc 1\n"))
            let open = try await ask("GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text\r\n", fixture)
            #expect(open.contains("\r\ncontent-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"))
            #expect(open.hasSuffix("# EOF\n"))
            let unknown = try await ask("GET /metrics?scope=x HTTP/1.1\r\n", fixture)
            #expect(unknown.hasPrefix("HTTP/1.1 400 "))
            let elsewhere = try await ask("GET /metricsx HTTP/1.1\r\n", fixture)
            #expect(elsewhere.hasPrefix("HTTP/1.1 503 "))
        }
        var stats = SurfaceFixture.stats
        stats.users = [.init(name: "ada", password: "secret")]
        try await SurfaceFixture.run(stats: stats) { fixture in
            let refused = try await ask("GET /metrics HTTP/1.1\r\n", fixture)
            #expect(refused.hasPrefix("HTTP/1.1 401 "))
        }
    }

    private func ask(_ head: String, _ fixture: SurfaceFixture) async throws -> String {
        try await talk(to: fixture.page, [.send(head + "Connection: close\r\n\r\n"), .readToEnd]).text
    }

    private var process: ProcessInformation { ProcessInformation(version: "0.1.0") }

    private func vitals(_ snapshot: InstanceSnapshot?) -> InstanceVitals {
        var vitals = InstanceVitals(instance: "warren", snapshot: snapshot)
        vitals.status = InstanceStatus(instance: "warren", state: snapshot == nil ? .backoff : .running)
        vitals.history = HistoryLoad(queued: 3, dropped: 5, written: 70, isFailing: false)
        return vitals
    }

    private func report(_ format: MetricFormat, _ snapshot: InstanceSnapshot = SnapshotFixtures.warrenOnBackup)
        -> String
    {
        MetricsReport.text(of: vitals(snapshot), process, MetricSelection(), as: format)
    }
}
