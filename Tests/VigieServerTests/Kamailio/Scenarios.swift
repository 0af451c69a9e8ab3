/// What SIPp plays: people who call and people who answer.
enum SIPpScenario {
    private static let head = """
        <?xml version="1.0" encoding="ISO-8859-1" ?>
        <!DOCTYPE scenario SYSTEM "sipp.dtd">

        """

    private static func invite(from caller: String) -> String {
        """
          <send retrans="500">
            <![CDATA[
              INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
              Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
              From: <sip:\(caller)@caller.example>;tag=[pid]c[call_number]
              To: <sip:[service]@called.example>
              Call-ID: [call_id]
              CSeq: 1 INVITE
              Contact: <sip:caller@[local_ip]:[local_port]>
              P-Asserted-Identity: <sip:\(caller)@caller.example>
              Max-Forwards: 70
              Content-Length: 0

            ]]>
          </send>
          <recv response="100" optional="true"></recv>
          <recv response="180" optional="true"></recv>

        """
    }

    /// Calls, is answered, and hangs up.
    static func answered(from caller: String) -> String {
        head + "<scenario name=\"answered\">\n" + invite(from: caller) + """
              <recv response="200" rrs="true"></recv>
              <send>
                <![CDATA[
                  ACK [next_url] SIP/2.0
                  Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
                  [routes]
                  From: <sip:\(caller)@caller.example>;tag=[pid]c[call_number]
                  [last_To:]
                  Call-ID: [call_id]
                  CSeq: 1 ACK
                  Max-Forwards: 70
                  Content-Length: 0

                ]]>
              </send>
              <pause milliseconds="50"/>
              <send retrans="500">
                <![CDATA[
                  BYE [next_url] SIP/2.0
                  Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
                  [routes]
                  From: <sip:\(caller)@caller.example>;tag=[pid]c[call_number]
                  [last_To:]
                  Call-ID: [call_id]
                  CSeq: 2 BYE
                  Max-Forwards: 70
                  Content-Length: 0

                ]]>
              </send>
              <recv response="200"></recv>
            </scenario>

            """
    }

    /// Calls and is refused with `status`, whose `Reason` matches `reason`.
    static func refused(from caller: String, status: Int, reason: String) -> String {
        head + "<scenario name=\"refused\">\n" + invite(from: caller) + """
              <recv response="\(status)">
                <action>
                  <ereg regexp="\(reason)" search_in="hdr" header="Reason:" check_it="true" assign_to="reason"/>
                  <log message="[$reason]"/>
                </action>
              </recv>
              <send>
                <![CDATA[
                  ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
                  Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
                  From: <sip:\(caller)@caller.example>;tag=[pid]c[call_number]
                  [last_To:]
                  Call-ID: [call_id]
                  CSeq: 1 ACK
                  Max-Forwards: 70
                  Content-Length: 0

                ]]>
              </send>
            </scenario>

            """
    }

    /// Answers every call, and its end.
    static let callee =
        head + """
            <scenario name="callee">
              <recv request="INVITE" rrs="true"></recv>
              <send retrans="500">
                <![CDATA[
                  SIP/2.0 200 OK
                  [last_Via:]
                  [last_From:]
                  [last_To:];tag=[pid]d[call_number]
                  [last_Call-ID:]
                  [last_CSeq:]
                  [last_Record-Route:]
                  Contact: <sip:callee@[local_ip]:[local_port]>
                  Content-Length: 0

                ]]>
              </send>
              <recv request="ACK"></recv>
              <recv request="BYE"></recv>
              <send>
                <![CDATA[
                  SIP/2.0 200 OK
                  [last_Via:]
                  [last_From:]
                  [last_To:]
                  [last_Call-ID:]
                  [last_CSeq:]
                  Content-Length: 0

                ]]>
              </send>
            </scenario>

            """
}
