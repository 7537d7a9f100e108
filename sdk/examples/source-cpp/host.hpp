// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The host's C table with C++ owners. Exceptions end at guarded(): none crosses the boundary.
#ifndef VCARD_HOST_HPP
#define VCARD_HOST_HPP

#include <exception>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include <portrait/host.h>

// A status on its way to the boundary. The text is constant; nullptr = the error slot has it
// already.
struct Failure {
    pt_status status;
    const char *text;
};

// Runs `body` and turns what it throws into a status and a text.
template <class Body> pt_status guarded(const pt_host *host, pt_error *err, Body &&body) noexcept
{
    try {
        body();
        return PT_OK;
    } catch (const Failure &f) {
        return f.text == nullptr ? f.status : host->error_set(err, f.status, f.text, nullptr, 0);
    } catch (const std::bad_alloc &) {
        return host->error_set(err, PT_E_NO_MEMORY, "vcard: no memory", nullptr, 0);
    } catch (const std::exception &e) {
        return host->error_set(err, PT_E_INTERNAL, e.what(), nullptr, 0);
    } catch (...) {
        return host->error_set(err, PT_E_INTERNAL, "vcard: unknown exception", nullptr, 0);
    }
}

// A host call that failed has told why.
inline void check(pt_status status)
{
    if (status != PT_OK) {
        throw Failure{status, nullptr};
    }
}

// Memory of the run's budget, for containers.
template <class T> struct HostAllocator {
    using value_type = T;
    const pt_host *host;

    explicit HostAllocator(const pt_host *h) noexcept : host(h)
    {
    }

    template <class U> HostAllocator(const HostAllocator<U> &other) noexcept : host(other.host)
    {
    }

    T *allocate(std::size_t n)
    {
        void *memory = n > SIZE_MAX / sizeof(T) ? nullptr : host->alloc(host, n * sizeof(T));
        if (memory == nullptr) {
            throw std::bad_alloc();
        }
        return static_cast<T *>(memory);
    }

    void deallocate(T *memory, std::size_t) noexcept
    {
        host->free(host, memory);
    }

    template <class U> bool operator==(const HostAllocator<U> &other) const noexcept
    {
        return host == other.host;
    }

    template <class U> bool operator!=(const HostAllocator<U> &other) const noexcept
    {
        return host != other.host;
    }
};

template <class T> using HostVector = std::vector<T, HostAllocator<T>>;

// new and delete of one object in the host's memory.
template <class T, class... Args> T *host_new(const pt_host *host, Args &&...args)
{
    T *memory = HostAllocator<T>(host).allocate(1);
    try {
        return new (memory) T(std::forward<Args>(args)...);
    } catch (...) {
        host->free(host, memory);
        throw;
    }
}

template <class T> void host_delete(const pt_host *host, T *object) noexcept
{
    if (object != nullptr) {
        object->~T();
        host->free(host, object);
    }
}

// Owns one object in the host's memory.
struct HostDelete {
    const pt_host *host;

    template <class T> void operator()(T *object) const noexcept
    {
        host_delete(host, object);
    }
};

template <class T> using HostPtr = std::unique_ptr<T, HostDelete>;

template <class T, class... Args> HostPtr<T> host_make(const pt_host *host, Args &&...args)
{
    return HostPtr<T>(host_new<T>(host, std::forward<Args>(args)...), HostDelete{host});
}

// One open file of an input.
class Stream
{
  public:
    Stream(const pt_host *host, const pt_input *input, uint32_t file, pt_error *err)
        : api(host->input)
    {
        check(api->open(input, file, 0, &stream, err));
    }

    ~Stream()
    {
        api->close(stream);
    }

    Stream(const Stream &) = delete;
    Stream &operator=(const Stream &) = delete;

    // 0 = the end.
    uint64_t read(char *buffer, uint64_t capacity, pt_error *err)
    {
        uint64_t size = 0;
        check(api->read(stream, buffer, capacity, &size, err));
        return size;
    }

  private:
    const pt_input_api *api;
    pt_stream *stream = nullptr;
};

#endif
