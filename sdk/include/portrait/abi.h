// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Base types of the plugin ABI: status codes, byte views, the opaque error slot.
//
// Everything that crosses the boundary is fixed-width, little-endian, 64-bit. A struct that begins
// with struct_size may grow at its end within a major version: who makes one zeroes it and sets
// struct_size to its own sizeof; who gets one touches no more than struct_size bytes of it. The
// others (pt_bytes, pt_list, pt_map, pt_log_field, pt_metric, the note, Arrow's) never change.
// `reserved` bytes are zero. Texts are UTF-8, end with NUL and are not NULL unless their comment
// says so. What a call is given is valid until it returns, unless its comment says longer; what is
// handed over is copied during the call, but for Arrow structs, which are moved.
#ifndef PORTRAIT_ABI_H
#define PORTRAIT_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define PT_EXTERN_C_BEGIN extern "C" {
#define PT_EXTERN_C_END }
#else
#define PT_EXTERN_C_BEGIN
#define PT_EXTERN_C_END
#endif

// The one symbol a plugin exports is marked with this.
#if defined(__GNUC__) || defined(__clang__)
#define PT_EXPORT __attribute__((visibility("default")))
#define PT_PRINTF(fmt_index, first_arg) __attribute__((format(printf, fmt_index, first_arg)))
#define PT_MUST_CHECK __attribute__((warn_unused_result))
#else
#define PT_EXPORT
#define PT_PRINTF(fmt_index, first_arg)
#define PT_MUST_CHECK
#endif

// ABI version of these headers. What each version brought: ABI-HISTORY.md of the SDK's source.
#define PT_ABI_MAJOR 1
#define PT_ABI_MINOR 0

// True when the struct behind `p` is large enough to hold the pointer `slot` and it is set: for
// slots that are optional, or that came later than the host's minor the plugin asks for.
#define PT_HAS(p, slot)                                                                            \
    ((p)->struct_size >= offsetof(__typeof__(*(p)), slot) + sizeof((p)->slot) && (p)->slot != NULL)

// Result of every fallible call: PT_OK or one of PT_E_*. What a failed call was to give is not
// looked at. Values are append-only; one the receiver does not know is read as PT_E_INTERNAL.
typedef int32_t pt_status;

#define PT_OK 0
#define PT_E_INVALID 1     // an argument breaks the contract of the call
#define PT_E_CONFIG 2      // an option's value cannot be used; option path tells which
#define PT_E_DATA 3        // the input is not what the format says
#define PT_E_IO 4          // reading or writing failed
#define PT_E_NO_MEMORY 5   // an allocation failed or a memory budget is used up
#define PT_E_NOT_FOUND 6   // a file, column, plugin or secret does not exist
#define PT_E_UNSUPPORTED 7 // known, but this host or plugin does not offer it
#define PT_E_STATE 8       // called out of order: predict before fit, say
#define PT_E_LIMIT 9       // a stated limit is exceeded
#define PT_E_CANCELLED 10  // the run was asked to stop
#define PT_E_NETWORK 11    // a peer did not answer as it should; may be retried
#define PT_E_DENIED 12     // not permitted: by the system, a manifest or a policy
#define PT_E_NUMERIC 13    // no finite answer: divergence, singular system, overflow
#define PT_E_INTERNAL 14   // a bug: an invariant does not hold

// Feature levels of the processor, each with all below it. A plugin that has faster kernels chooses
// by pt_host.cpu, and by nothing else, so that an operator can ask for another level.
#define PT_CPU_BASELINE 1 // what the build's target always has
#define PT_CPU_AVX2 2     // x86-64 with AVX2, FMA and BMI2
#define PT_CPU_AVX512 3   // also AVX-512 F, BW, DQ and VL

// A borrowed run of bytes; `data` may be NULL when `size` is 0. Not terminated by NUL.
typedef struct pt_bytes {
    const uint8_t *data;
    uint64_t size;
} pt_bytes;

// Where the host keeps what went wrong, for the one call it is passed to. Opaque: a plugin passes
// it on to host calls, which fill it when they fail, or to pt_host.error_set. May be NULL.
typedef struct pt_error pt_error;

#endif
