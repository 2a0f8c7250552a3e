-- Deliveries that were given up: few among many.
CREATE INDEX deliveries_dead ON deliveries (finished_at) WHERE state = 'dead';
