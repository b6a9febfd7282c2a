import ArgumentParser

/// `--follow`.
struct FollowOption: ParsableArguments {
    @Flag(help: "Go on with what comes, until interrupted; begins with the last 10 rows if nothing else is asked.")
    var follow = false
}
