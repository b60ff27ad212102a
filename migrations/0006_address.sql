ALTER TABLE `people` ADD `address` text;--> statement-breakpoint
CREATE INDEX `people_by_address` ON `people` (`address`);