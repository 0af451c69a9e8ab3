#ifndef VIGIE_DATAGRAMS_H
#define VIGIE_DATAGRAMS_H
#include <stdint.h>

// One UDP datagram to send, or several of one size to one destination that lie behind each other.
struct vigie_datagram {
    uint64_t high, low;               // destination, network order read as integers; IPv4 as ::ffff:a.b.c.d
    uint64_t source_high, source_low; // address to send from; 0, 0: as the routing table says
    uint32_t offset;                  // of the first octet in `octets`
    uint32_t length;                  // of all segments together
    uint32_t scope;                   // of a link-local IPv6 destination, else 0
    uint16_t port;
    uint16_t segment;                 // size of each segment but the last; 0: one datagram
};

struct vigie_send_counts {
    uint32_t sent;    // datagrams that the kernel took
    uint32_t full;    // left out because the socket's queue was full
    uint32_t failed;  // refused by the kernel: no route, not permitted, ...
    int32_t error;    // errno of the last refusal
};

// Sends without waiting. `ipv6`: the socket's family. A datagram that the kernel refuses does not stop the next one.
void vigie_send_datagrams(int fd, int ipv6, const uint8_t *octets, struct vigie_datagram *items, uint32_t count,
                          struct vigie_send_counts *counts);

// Takes up to `max` datagrams, one every `stride` octets of `octets`, their sizes in `sizes`; waits at most `milliseconds` for the
// first one. How many came; -1: none can come.
int vigie_receive_datagrams(int fd, uint8_t *octets, uint32_t stride, uint32_t *sizes, uint32_t max, int milliseconds);

// Whether the socket takes several datagrams in one call (UDP_SEGMENT).
int vigie_can_segment(int fd);

// Octets that wait in a socket's receive queue, the queue's size, and how many datagrams were dropped because it was full
// (SO_MEMINFO); 0 when the kernel tells.
int vigie_receive_queue(int fd, uint32_t *waiting, uint32_t *size, uint32_t *dropped);

#endif
