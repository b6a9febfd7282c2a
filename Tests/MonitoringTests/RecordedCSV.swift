/// Lines that HAProxy 2.6.12 printed before RabbitMQ brokers.
enum RecordedCSV {
    /// The first line of every answer.
    static let header = """
        # pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,we\
        ight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_l\
        im,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_oth\
        er,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,\
        last_chk,last_agt,qtime,ctime,rtime,ttime,agent_status,agent_code,agent_duration,check_desc,agent_desc,c\
        heck_rise,check_fall,check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,con\
        n_rate_max,conn_tot,intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,srv_icur,src_ilim,\
        qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,used_conn_cur,need_conn_est,uwe\
        ight,agg_server_status,agg_server_check_status,agg_check_status,-,ssl_sess,ssl_reused_sess,ssl_failed_ha\
        ndshake,h2_headers_rcvd,h2_data_rcvd,h2_settings_rcvd,h2_rst_stream_rcvd,h2_goaway_rcvd,h2_detected_conn\
        _protocol_errors,h2_detected_strm_protocol_errors,h2_rst_stream_resp,h2_goaway_resp,h2_open_connections,\
        h2_backend_open_streams,h2_total_connections,h2_backend_total_streams,h1_open_connections,h1_open_stream\
        s,h1_total_connections,h1_total_streams,h1_bytes_in,h1_bytes_out,h1_spliced_bytes_in,h1_spliced_bytes_ou\
        t,
        """

    /// A proxy with an active server that is down and a backup that has its traffic, and the statistics' own proxy.
    static let warrenOnBackup = """
        rabbitmq_warren,FRONTEND,,,3,3,2000,11,373,2404,0,0,0,,,,,OPEN,,,,,,,,,1,2,0,,,,0,2,0,3,,,,,,,,,,,0,0,0,\
        ,,0,0,0,0,,,,,,,,,,,,,,,,,,,,,tcp,,2,3,11,,0,0,0,,,,,,,,,,,0,,,,,,,,,-,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\
        ,0,0,0,0,0,0,0,
        rabbitmq_warren,rabbit,0,0,0,3,,22,365,1896,,0,,4,1,14,1,DOWN,1,1,0,3,1,3,3,,1,2,1,,8,,2,0,,3,L4CON,,0,,\
        ,,,,,,,,,0,1,,,,,2,Connection refused,,0,0,0,302,,,,Layer4 connection problem,,2,3,0,,,,127.0.0.3:5672,,\
        tcp,,,,,,,,0,22,0,,,0,,0,0,0,928,0,0,0,0,1,1,,,,-,0,0,0,,,,,,,,,,,,,,,,,,,,,,
        rabbitmq_warren,rabbit_backup,0,0,3,3,,4,8,508,,0,,0,1,0,0,UP,1,0,1,0,0,23,0,,1,2,2,,4,,2,3,,4,L4OK,,0,,\
        ,,,,,,,,,0,1,,,,,1,,,752,0,0,777,,,,Layer4 check passed,,2,3,4,,,,127.0.0.6:5672,,tcp,,,,,,,,0,4,0,,,0,,\
        3006,0,0,3108,0,0,0,0,1,1,,,,-,0,0,0,,,,,,,,,,,,,,,,,,,,,,
        rabbitmq_warren,BACKEND,0,0,3,3,200,11,373,2404,0,0,,4,2,14,1,UP,1,0,1,,0,23,0,,1,2,0,,12,,1,2,,3,,,,,,,\
        ,,,,,,,0,2,0,0,0,0,1,,,251,0,0,460,,,,,,,,,,,,,,tcp,roundrobin,,,,,,,0,26,0,,,,,3006,0,0,3108,0,,,,,1,0,\
        0,0,-,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,
        private_monitoring,FRONTEND,,,0,2,2000,3,162,101066,0,0,0,,,,,OPEN,,,,,,,,,1,3,0,,,,0,0,0,3,,,,0,3,0,0,0\
        ,0,,0,3,3,,,0,0,0,0,,,,,,,,,,,,,,,,,,,,,http,,0,3,3,3,0,0,0,,,0,0,,,,,,,0,,,,,,,,,-,0,0,0,0,0,0,0,0,0,0,\
        0,0,0,0,0,0,0,0,3,3,186,101218,0,0,
        private_monitoring,BACKEND,0,0,0,0,200,0,162,101066,0,0,,0,0,0,0,UP,0,0,0,,0,23,,,1,3,0,,0,,1,0,,0,,,,0,\
        0,0,0,0,0,,,,0,0,0,0,0,0,0,18,,,0,0,0,0,,,,,,,,,,,,,,http,roundrobin,,,,,,,0,0,0,0,0,,,0,0,0,0,0,,,,,0,0\
        ,0,0,-,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,
        """

    /// A listening socket of a frontend with `option socket-stats`.
    static let listeningSocket = """
        fe,sock-1,,,0,1,0,3,9,9,0,0,0,,,,,OPEN,,,,,,,,,1,2,1,,,,3,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,127.0.0.1\
        :18001,,tcp,,,,,,0,0,0,,,,,,,,,,,0,,,,,,,,,-,0,0,0,,,,,,,,,,,,,,,,,,,,,,
        """

    /// A server that is checked for the first time.
    static let justStarted = """
        rabbitmq_cluster,rabbit_1,0,0,0,0,,0,0,0,,0,,0,0,0,0,UP 1/3,1,1,0,0,0,0,0,,1,2,2,,0,,2,0,,0,INI,,,,,,,,,\
        ,,,,0,0,,,,,-1,,,0,0,0,0,,,,Initializing,,2,3,2,,,,127.0.0.4:5672,,tcp,,,,,,,,0,0,0,,,0,,0,0,0,0,0,0,0,0\
        ,0,1,,,,-,0,0,0,,,,,,,,,,,,,,,,,,,,,,
        """
}
