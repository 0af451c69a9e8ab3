#define _GNU_SOURCE
#include "CDatagrams.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

enum { BATCH = 64 };

union address {
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

// A segment size and a source address.
union control {
    char octets[CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(struct in6_pktinfo))];
    struct cmsghdr align;
};

static uint64_t swapped(uint64_t value) { return __builtin_bswap64(value); }

static socklen_t set_address(union address *to, const struct vigie_datagram *item, int ipv6) {
    memset(to, 0, sizeof *to);
    if (ipv6) {
        uint64_t halves[2] = {swapped(item->high), swapped(item->low)};
        to->v6.sin6_family = AF_INET6;
        to->v6.sin6_port = htons(item->port);
        to->v6.sin6_scope_id = item->scope;
        memcpy(&to->v6.sin6_addr, halves, 16);
        return sizeof to->v6;
    }
    to->v4.sin_family = AF_INET;
    to->v4.sin_port = htons(item->port);
    to->v4.sin_addr.s_addr = htonl((uint32_t)item->low);
    return sizeof to->v4;
}

static void set_control(struct msghdr *message, union control *control, const struct vigie_datagram *item, int ipv6) {
    int has_source = item->source_high != 0 || item->source_low != 0;
    if (item->segment == 0 && !has_source) return;
    memset(control, 0, sizeof *control);
    message->msg_control = control->octets;
    message->msg_controllen = sizeof control->octets;
    struct cmsghdr *part = CMSG_FIRSTHDR(message);
    size_t used = 0;
    if (item->segment != 0) {
        part->cmsg_level = SOL_UDP;
        part->cmsg_type = UDP_SEGMENT;
        part->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        memcpy(CMSG_DATA(part), &item->segment, sizeof(uint16_t));
        used += CMSG_SPACE(sizeof(uint16_t));
        part = CMSG_NXTHDR(message, part);
    }
    if (has_source && part != NULL) {
        if (ipv6) {
            struct in6_pktinfo info = {0};
            uint64_t halves[2] = {swapped(item->source_high), swapped(item->source_low)};
            memcpy(&info.ipi6_addr, halves, 16);
            info.ipi6_ifindex = item->scope;
            part->cmsg_level = IPPROTO_IPV6;
            part->cmsg_type = IPV6_PKTINFO;
            part->cmsg_len = CMSG_LEN(sizeof info);
            memcpy(CMSG_DATA(part), &info, sizeof info);
            used += CMSG_SPACE(sizeof info);
        } else {
            struct in_pktinfo info = {0};
            info.ipi_spec_dst.s_addr = htonl((uint32_t)item->source_low);
            part->cmsg_level = IPPROTO_IP;
            part->cmsg_type = IP_PKTINFO;
            part->cmsg_len = CMSG_LEN(sizeof info);
            memcpy(CMSG_DATA(part), &info, sizeof info);
            used += CMSG_SPACE(sizeof info);
        }
    }
    message->msg_controllen = used;
}

static uint32_t datagrams(const struct vigie_datagram *item) {
    return item->segment == 0 ? 1 : (item->length + item->segment - 1) / item->segment;
}

// What the kernel did not take in one call: each segment on its own.
static void send_segments(int fd, int ipv6, const uint8_t *octets, const struct vigie_datagram *item,
                          struct vigie_send_counts *counts) {
    uint32_t done = 0;
    while (done < item->length) {
        struct vigie_datagram one = *item;
        one.offset = item->offset + done;
        one.length = item->length - done < item->segment ? item->length - done : item->segment;
        one.segment = 0;
        done += one.length;
        vigie_send_datagrams(fd, ipv6, octets, &one, 1, counts);
    }
}

void vigie_send_datagrams(int fd, int ipv6, const uint8_t *octets, struct vigie_datagram *items, uint32_t count,
                          struct vigie_send_counts *counts) {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    union address addresses[BATCH];
    union control controls[BATCH];
    uint32_t first = 0;
    while (first < count) {
        uint32_t size = count - first < BATCH ? count - first : BATCH;
        for (uint32_t index = 0; index < size; index++) {
            const struct vigie_datagram *item = &items[first + index];
            struct msghdr *message = &messages[index].msg_hdr;
            memset(&messages[index], 0, sizeof messages[index]);
            message->msg_name = &addresses[index];
            message->msg_namelen = set_address(&addresses[index], item, ipv6);
            parts[index].iov_base = (void *)(octets + item->offset);
            parts[index].iov_len = item->length;
            message->msg_iov = &parts[index];
            message->msg_iovlen = 1;
            set_control(message, &controls[index], item, ipv6);
        }
        uint32_t done = 0;
        while (done < size) {
            int result = sendmmsg(fd, messages + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (result > 0) {
                for (int index = 0; index < result; index++) counts->sent += datagrams(&items[first + done + (uint32_t)index]);
                done += (uint32_t)result;
                continue;
            }
            if (result < 0 && errno == EINTR) continue;
            int error = result < 0 ? errno : EIO;
            const struct vigie_datagram *item = &items[first + done];
            if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS) {
                for (uint32_t index = first + done; index < count; index++) counts->full += datagrams(&items[index]);
                return;
            }
            if (item->segment != 0) {
                send_segments(fd, ipv6, octets, item, counts);
            } else {
                counts->failed += 1;
                counts->error = error;
            }
            done += 1;
        }
        first += size;
    }
}

int vigie_receive_datagrams(int fd, uint8_t *octets, uint32_t stride, uint32_t *sizes, uint32_t max, int milliseconds) {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    if (max > BATCH) max = BATCH;
    memset(messages, 0, sizeof messages);
    for (uint32_t index = 0; index < max; index++) {
        parts[index].iov_base = octets + (size_t)index * stride;
        parts[index].iov_len = stride;
        messages[index].msg_hdr.msg_iov = &parts[index];
        messages[index].msg_hdr.msg_iovlen = 1;
    }
    for (;;) {
        int count = recvmmsg(fd, messages, max, MSG_DONTWAIT, NULL);
        if (count >= 0) {
            for (int index = 0; index < count; index++) sizes[index] = messages[index].msg_len;
            return count;
        }
        if (errno == EINTR || errno == ECONNREFUSED) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = poll(&wait, 1, milliseconds);
        if (ready == 0) return 0;
        if (ready < 0 && errno != EINTR) return -1;
    }
}

int vigie_can_segment(int fd) {
    int size = 0;
    return setsockopt(fd, SOL_UDP, UDP_SEGMENT, &size, sizeof size) == 0;
}

int vigie_receive_queue(int fd, uint32_t *waiting, uint32_t *size, uint32_t *dropped) {
    uint32_t values[9] = {0};  // SK_MEMINFO_RMEM_ALLOC 0, RCVBUF 1, ... DROPS 8, <linux/sock_diag.h>
    socklen_t length = sizeof values;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &length) != 0 || length < sizeof values) return -1;
    *waiting = values[0];
    *size = values[1];
    *dropped = values[8];
    return 0;
}
