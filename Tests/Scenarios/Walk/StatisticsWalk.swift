extension CommandTableOfWalk {
    /// What shows something of proxies and servers, in every format.
    static let statistics = CommandTableOfWalk(
        "statistics and lists",
        #"""
        show servers state be
        show servers conn be
        show stat be 4 1
        show stat be 4 -1
        show stat
        show stat fe2 1 -1
        show stat fe2 1 -1
        show backend
        show backend x
        user;show backend
        user;show env PATH
        show env PATH
        show env NOSUCH
        show errors
        show errors be
        show errors nosuch
        show errors be request
        show errors be response
        show errors -1
        show errors 4
        show errors 99
        show errors be x
        user;show errors
        show resolvers dns
        show resolvers nosuch
        show resolvers dns x
        show schema
        show schema json
        show schema json x
        show servers state
        show servers state x
        show servers state be x
        show servers state be2
        show servers state 5
        show servers state #5
        show servers state off
        show servers state tab
        show servers state fe
        show servers conn
        show servers conn be2
        show servers conn nosuch
        user;show servers state
        show stat
        user;show stat
        operator;show stat
        show stat x
        show stat fe
        show stat fe 1
        show stat be 4 1
        show stat be 4 2 typed
        show stat be 4 2 json
        show stat be x y
        show stat be -1 x
        show stat -1 -1 -1
        show stat 5 2 -1
        show stat 5 6 -1
        show stat 5 8 -1
        show stat 2 8 -1
        show stat 2 9 -1
        show stat 2x 9 -1
        show stat nosuch -1 -1
        show stat be -1 -1 up
        show stat be -1 -1 no-maint
        show stat be -1 -1 up no-maint
        show stat typed up
        show stat json no-maint
        show stat domain
        show stat domain dns
        show stat domain x
        show stat domain proxy
        show stat domain resolvers
        show stat domain dns typed
        show stat domain dns json
        show stat domain proxy be 4 -1
        show stat desc
        show stat off -1 -1
        show stat li -1 -1
        show stat tab -1 -1
        show tasks
        user;show tasks
        show stat #5 2 -1
        show errors #5
        show servers conn #5
        show servers conn off
        """#)

    /// What changes frontends, limits and counters.
    static let frontends = CommandTableOfWalk(
        "frontends and limits",
        #"""
        set maxconn
        set maxconn frontend
        set maxconn frontend fe
        set maxconn frontend nosuch 1
        set maxconn frontend be 1
        set maxconn frontend fe x
        set maxconn frontend fe -1
        set maxconn frontend fe 0
        set maxconn frontend fe 5x
        set maxconn frontend fe 100
        set maxconn frontend li 5
        set maxconn global
        set maxconn global x
        set maxconn global 0
        set maxconn global -1
        set maxconn global 100
        set maxconn global 1000
        set maxconn global 1001
        set maxconn global 5x
        set maxconn global 1000
        operator;set maxconn global 5
        operator;set maxconn frontend fe 5
        set rate-limit
        set rate-limit x
        set rate-limit x global 5
        set rate-limit connections
        set rate-limit connections global
        set rate-limit connections global x
        set rate-limit connections global -1
        set rate-limit connections global 100
        set rate-limit sessions global 100
        set rate-limit http-compression global 100
        set rate-limit sessions x 5
        set rate-limit connections global 0
        set rate-limit sessions global 0
        set rate-limit http-compression global 0
        operator;set rate-limit connections global 5
        user;set rate-limit connections global 5
        disable frontend
        disable frontend nosuch
        disable frontend be
        disable frontend fe2
        disable frontend fe2
        enable frontend fe2
        enable frontend fe2
        enable frontend
        enable frontend li
        disable frontend li
        enable frontend nosuch
        disable frontend st
        enable frontend st
        operator;disable frontend fe
        shutdown frontend
        shutdown frontend nosuch
        shutdown frontend be
        operator;shutdown frontend fe
        operator;shutdown session 0x1
        shutdown session
        shutdown session x
        shutdown session 0x1
        shutdown session 1
        shutdown frontend fe2
        shutdown frontend fe2
        enable frontend fe2
        disable frontend fe2
        clear counters
        clear counters x
        clear counters all
        user;clear counters
        operator;clear counters
        operator;clear counters all
        set maxconn frontend #2 50
        disable frontend #3
        shutdown frontend li
        set rate-limit ssl-sessions global 100
        """#,
        differing: [
            #"set rate-limit ssl-sessions global 100"#:
                "sessions with and without TLS have one limit, and whoever wants another one is told"
        ])
}
