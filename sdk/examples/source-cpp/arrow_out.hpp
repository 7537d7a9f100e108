// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A batch as vectors, and its Arrow export. Exported arrays own what they show: a batch may outlive
// the stream that gave it, and a column moved out of its batch may outlive the batch.
#ifndef VCARD_ARROW_OUT_HPP
#define VCARD_ARROW_OUT_HPP

#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include <portrait/arrow.h>

#include "host.hpp"

enum class Type { text, day }; // Arrow "u" and "tdD"

// One column that grows row by row.
class Column
{
  public:
    Column(const pt_host *h, Type t)
        : host(h), type(t), valid(HostAllocator<uint8_t>(h)), numbers(HostAllocator<int32_t>(h)),
          bytes(HostAllocator<char>(h))
    {
        if (type == Type::text) {
            numbers.push_back(0);
            bytes.reserve(1); // data() is never null
        }
    }

    // `is_there` = false: NULL.
    void text(std::string_view value, bool is_there)
    {
        bytes.insert(bytes.end(), value.begin(), value.end());
        numbers.push_back(static_cast<int32_t>(bytes.size()));
        mark(is_there);
    }

    void day(std::optional<int32_t> value)
    {
        numbers.push_back(value.value_or(0));
        mark(value.has_value());
    }

    std::size_t size() const
    {
        return bytes.size();
    }

    // *out owns `column` from here on.
    static void give(Column *column, ArrowArray &out) noexcept
    {
        column->buffers = {column->n_null == 0 ? nullptr : column->valid.data(),
                           column->numbers.data(), column->bytes.data()};
        out = ArrowArray{};
        out.length = column->rows;
        out.null_count = column->n_null;
        out.n_buffers = column->type == Type::text ? 3 : 2;
        out.buffers = column->buffers.data();
        out.private_data = column;
        out.release = [](ArrowArray *self) {
            Column *owner = static_cast<Column *>(self->private_data);
            self->release = nullptr;
            host_delete(owner->host, owner);
        };
    }

  private:
    const pt_host *host;
    Type type;
    HostVector<uint8_t> valid;
    HostVector<int32_t> numbers; // days, or offsets of texts
    HostVector<char> bytes;
    std::array<const void *, 3> buffers{};
    int64_t rows = 0;
    int64_t n_null = 0;

    void mark(bool is_there)
    {
        if (rows % 8 == 0) {
            valid.push_back(0);
        }
        if (is_there) {
            valid.back() = static_cast<uint8_t>(valid.back() | 1u << (rows % 8));
        }
        rows++;
        n_null += is_there ? 0 : 1;
    }
};

// A batch under construction, and later the struct behind the exported array.
class Batch
{
  public:
    Batch(const pt_host *h, const HostVector<Type> &types)
        : host(h), columns(HostAllocator<HostPtr<Column>>(h)),
          arrays(types.size(), ArrowArray{}, HostAllocator<ArrowArray>(h)),
          children(HostAllocator<ArrowArray *>(h))
    {
        columns.reserve(types.size());
        children.reserve(types.size());
        for (std::size_t i = 0; i < types.size(); i++) {
            columns.push_back(host_make<Column>(h, h, types[i]));
            children.push_back(&arrays[i]);
        }
    }

    Column &operator[](std::size_t i)
    {
        return *columns[i];
    }

    std::size_t size() const // bytes of text
    {
        std::size_t sum = 0;
        for (const HostPtr<Column> &column : columns) {
            sum += column->size();
        }
        return sum;
    }

    // *out owns the batch from here on.
    static void give(HostPtr<Batch> batch, int64_t rows, ArrowArray &out) noexcept
    {
        Batch *b = batch.release();
        for (std::size_t i = 0; i < b->columns.size(); i++) {
            Column::give(b->columns[i].release(), b->arrays[i]);
        }
        out = ArrowArray{};
        out.length = rows;
        out.n_buffers = 1;
        out.buffers = b->buffers.data();
        out.n_children = static_cast<int64_t>(b->children.size());
        out.children = b->children.data();
        out.private_data = b;
        out.release = [](ArrowArray *self) {
            Batch *owner = static_cast<Batch *>(self->private_data);
            for (ArrowArray &child : owner->arrays) {
                if (child.release != nullptr) { // else the reader moved it away
                    child.release(&child);
                }
            }
            self->release = nullptr;
            host_delete(owner->host, owner);
        };
    }

  private:
    const pt_host *host;
    HostVector<HostPtr<Column>> columns;
    HostVector<ArrowArray> arrays;
    HostVector<ArrowArray *> children;
    std::array<const void *, 1> buffers{};
};

#endif
