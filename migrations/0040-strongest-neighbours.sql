-- Of a node that much is linked with, the strongest links are walked: read off in order, however many there are.
create index memory_edge_src_weight on memory_edge (src, weight desc, dst);
create index memory_edge_dst_weight on memory_edge (dst, weight desc, src);
drop index memory_edge_dst;
