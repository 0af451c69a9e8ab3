#ifndef VIGIE_ALLOCATION_COUNTER_H
#define VIGIE_ALLOCATION_COUNTER_H

#include <stdint.h>

/// How many times this thread called malloc, calloc, realloc or an aligned variant since it started.
uint64_t vigie_allocations_on_this_thread(void);

#endif
